#!/usr/bin/env python3
"""Times making images with the DCGAN's generator in PyTorch on the CPU: torch-sample.py BATCH SECONDS

Inference mode, after a warm-up; every split of the cores between PyTorch's threads and its BLAS's in a fresh process, as
torch-step.py does for training. Prints one JSON line with images per second of each split and the best.
"""
import importlib.util
import json
import os
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))


def networks():
    """The module torch-step.py, whose name is not an identifier."""
    spec = importlib.util.spec_from_file_location('torch_step', os.path.join(HERE, 'torch-step.py'))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def measure(batch, seconds, threads):
    import torch
    from torch import nn

    torch.set_num_threads(threads)
    torch.manual_seed(0)
    step = networks()
    generator = step.dcgan_networks(nn)[0].eval()
    with torch.no_grad():
        for _ in range(3):
            generator(torch.rand(batch, step.LATENT))
        start = time.perf_counter()
        images = 0
        while time.perf_counter() - start < seconds:
            generator(torch.rand(batch, step.LATENT))
            images += batch
    return images / (time.perf_counter() - start)


def main(arguments):
    if len(arguments) not in (2, 3):
        sys.exit('usage: torch-sample.py BATCH SECONDS')
    batch, seconds = int(arguments[0]), float(arguments[1])
    if len(arguments) == 3:
        return print(json.dumps(measure(batch, seconds, int(arguments[2]))))
    cores = len(os.sched_getaffinity(0)) if hasattr(os, 'sched_getaffinity') else os.cpu_count() or 1
    rates = {}
    for own, blas in sorted({(1, 1), (cores, 1), (1, cores), (cores, cores)}):
        environment = dict(os.environ, OMP_NUM_THREADS=str(own), OPENBLAS_NUM_THREADS=str(blas))
        command = [sys.executable, os.path.abspath(__file__), *arguments, str(own)]
        done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
        rates[f'own {own}, blas {blas}'] = json.loads(done.stdout)
    print(json.dumps({'peer': 'pytorch', 'batch': batch, 'imagesPerSecond': rates, 'best': max(rates.values())}))


if __name__ == '__main__':
    main(sys.argv[1:])

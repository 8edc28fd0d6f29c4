#!/usr/bin/env python3
"""Times one training step in PyTorch on the CPU: torch-step.py MODEL STEPS [SETTING ...]

What is fastest differs by model and machine, so every setting is tried, each in a fresh process, and the best one counts: as it is
or compiled by torch.compile, images as they are or with channels last, one thread or one per core. Settings that are named are the
only ones that are tried. Prints one JSON line. The models are those of torch_steps.py.
"""
import json
import os
import resource
import subprocess
import sys
import time

from torch_steps import BATCH, CONVOLUTIONAL, STEPS, tools_for

SECONDS = 10  # a slow step is timed for no longer
CORES = len(os.sched_getaffinity(0)) if hasattr(os, 'sched_getaffinity') else os.cpu_count() or 1


def settings_of(model):
    """Names of settings, e.g. `compiled, channels last, 2 threads`."""
    ways = ['eager', 'compiled']
    if model in CONVOLUTIONAL:
        ways += [f'{way}, channels last' for way in ways]
    threads = sorted({1, CORES}) if model in ('ring', 'cipher') else [CORES]
    return [f'{way}, {count} threads' for way in ways for count in threads]


def measure(model, steps, setting):
    """Milliseconds per step in this process, after a warm-up."""
    import torch

    torch.set_num_threads(int(setting.split(', ')[-1].split()[0]))
    torch.manual_seed(0)
    compiled = setting.startswith('compiled')
    step = STEPS[model](tools_for(torch, compiled, 'channels last' in setting))
    begun = time.perf_counter()
    for _ in range(20):
        step()
        if not compiled and time.perf_counter() - begun > SECONDS / 4:
            break
    start = time.perf_counter()
    timed = 0
    while timed < steps and (timed == 0 or time.perf_counter() - start < SECONDS):
        step()
        timed += 1
    ms = (time.perf_counter() - start) / timed * 1e3
    unit = 1 if sys.platform == 'darwin' else 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    return {'ms': ms, 'steps': timed, 'peak': peak, 'version': torch.__version__}


def try_all(model, steps, settings):
    timed, failed = {}, {}
    for setting in settings:
        command = [sys.executable, os.path.abspath(__file__), '--one', model, str(steps), setting]
        environment = dict(os.environ, OMP_NUM_THREADS=setting.split(', ')[-1].split()[0])
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
        if done.returncode == 0:
            timed[setting] = json.loads(done.stdout.splitlines()[-1])
        else:
            failed[setting] = (done.stderr.strip().splitlines() or ['ended without a word'])[-1]
    report = {'peer': 'pytorch', 'model': model, **({'failed': failed} if failed else {})}
    if not timed:
        return {**report, 'msPerStep': {}, 'settings': {}, 'error': next(iter(failed.values()))}
    best = min(timed, key=lambda setting: timed[setting]['ms'])
    return {
        **report,
        'msPerStep': {setting: round(result['ms'], 2) for setting, result in timed.items()},
        'best': round(timed[best]['ms'], 2),
        'peakMemoryBytes': timed[best]['peak'],
        'settings': {'best': best, 'steps': timed[best]['steps'], 'version': timed[best]['version'], 'batch': BATCH[model]},
    }


def main(arguments):
    if arguments[:1] == ['--one']:
        return measure(arguments[1], int(arguments[2]), arguments[3])
    if len(arguments) < 2 or arguments[0] not in BATCH:
        sys.exit(f'usage: torch-step.py {{{"|".join(BATCH)}}} STEPS [SETTING ...]')
    model, steps, *settings = arguments
    return try_all(model, int(steps), settings or settings_of(model))


if __name__ == '__main__':
    print(json.dumps(main(sys.argv[1:])))

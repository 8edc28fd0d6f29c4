#!/usr/bin/env python3
"""Times one training step in PyTorch on the CPU: torch-step.py MODEL STEPS [SETTING ...]

Settings: as it is or compiled by torch.compile, images as they are or with channels last, one thread or one per core. Prints one
JSON line. The models are those of torch_steps.py.
"""
import best_of
from torch_steps import BATCH, CONVOLUTIONAL, STEPS, tools_for


def settings_of(model):
    """Names of settings, e.g. `compiled, channels last, 2 threads`."""
    ways = ['eager', 'compiled']
    if model in CONVOLUTIONAL:
        ways += [f'{way}, channels last' for way in ways]
    # Networks of a few thousand weights: a second thread may only wait.
    small = model in ('ring', 'cipher', 'cryptography', 'levers', 'levers-reinforce')
    threads = sorted({1, best_of.CORES}) if small else [best_of.CORES]
    return [f'{way}, {count} threads' for way in ways for count in threads]


def measure(model, steps, setting):
    """Milliseconds per step in this process, after a warm-up."""
    import torch

    torch.set_num_threads(best_of.threads_of(setting))
    torch.manual_seed(0)
    compiled = setting.startswith('compiled')
    step = STEPS[model](tools_for(torch, compiled, 'channels last' in setting))
    ms, timed = best_of.time_steps(step, steps, 20)
    return {'ms': ms, 'steps': timed, 'peak': best_of.peak_bytes(), 'version': torch.__version__}


if __name__ == '__main__':
    best_of.main(__file__, 'pytorch', BATCH, settings_of, measure)

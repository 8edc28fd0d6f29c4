"""Times a step program of Python under each of several settings, every one in a fresh process, and prints the best as one JSON line.

What is fastest differs by model and machine, so every setting is tried and the best one counts; settings that are named on the
command line are the only ones that are tried. See `StepReport` in bench/best-of.mjs.
"""
import json
import os
import resource
import subprocess
import sys
import time

SECONDS = 10  # a slow step is timed for no longer
CORES = len(os.sched_getaffinity(0)) if hasattr(os, 'sched_getaffinity') else os.cpu_count() or 1


def threads_of(setting):
    """The number at the end of a setting's name, e.g. of `compiled, 2 threads`."""
    return int(setting.split(', ')[-1].split()[0])


def time_steps(step, steps, warm_up):
    """Milliseconds per step and how many were timed. `step` returns when all its work is done; `warm_up` is a number of steps."""
    begun = time.perf_counter()
    for done in range(warm_up):
        step()
        if done >= 2 and time.perf_counter() - begun > SECONDS / 4:
            break
    start = time.perf_counter()
    timed = 0
    while timed < steps and (timed == 0 or time.perf_counter() - start < SECONDS):
        step()
        timed += 1
    return (time.perf_counter() - start) / timed * 1e3, timed


def peak_bytes():
    unit = 1 if sys.platform == 'darwin' else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def try_all(program, peer, model, steps, settings, batch):
    timed, failed = {}, {}
    for setting in settings:
        command = [sys.executable, os.path.abspath(program), '--one', model, str(steps), setting]
        environment = dict(os.environ, OMP_NUM_THREADS=str(threads_of(setting)))
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
        if done.returncode == 0:
            timed[setting] = json.loads(done.stdout.splitlines()[-1])
        else:
            failed[setting] = (done.stderr.strip().splitlines() or ['ended without a word'])[-1]
    report = {'peer': peer, 'model': model, **({'failed': failed} if failed else {})}
    if not timed:
        return {**report, 'msPerStep': {}, 'settings': {}, 'error': next(iter(failed.values()))}
    best = min(timed, key=lambda setting: timed[setting]['ms'])
    return {
        **report,
        'msPerStep': {setting: round(result['ms'], 2) for setting, result in timed.items()},
        'best': round(timed[best]['ms'], 2),
        'peakMemoryBytes': timed[best]['peak'],
        'settings': {'best': best, 'steps': timed[best]['steps'], 'version': timed[best]['version'], 'batch': batch},
    }


def main(program, peer, batches, settings_of, measure):
    """The whole of a step program: MODEL STEPS [SETTING ...].

    `batches` has a batch size for each model, `settings_of(model)` names its settings, which end with a number of threads, and
    `measure(model, steps, setting)` gives what one of them takes: ms, steps, peak, version.
    """
    arguments = sys.argv[1:]
    if arguments[:1] == ['--one']:
        print(json.dumps(measure(arguments[1], int(arguments[2]), arguments[3])))
        return
    name = os.path.basename(program)
    if len(arguments) < 2:
        sys.exit(f'usage: {name} {{{"|".join(batches)}}} STEPS [SETTING ...]')
    model, steps, *settings = arguments
    if model not in batches:
        error = f'no program for {model}, only for {", ".join(batches)}'
        print(json.dumps({'peer': peer, 'model': model, 'msPerStep': {}, 'settings': {}, 'error': error}))
        return
    print(json.dumps(try_all(program, peer, model, int(steps), settings or settings_of(model), batches[model])))

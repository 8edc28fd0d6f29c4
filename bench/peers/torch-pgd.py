#!/usr/bin/env python3
"""PGD-40 in PyTorch, one portion of images per line on standard input: torch-pgd.py JOB.json {eager|compile}

JOB.json, which bench/attack-speed.mjs writes: { model, images, labels, count, eps, steps, threads }. Tries a few batch sizes and
memory layouts first and keeps the fastest, prints { "ready": ... }, and then for every line `FIRST COUNT` attacks those images,
starting at the images, and prints { "seconds", "cpuSeconds", "left" }.
"""
import json
import sys
import time

import numpy as np
import onnx2torch
import torch
from torch import nn

job = json.load(open(sys.argv[1]))
mode = sys.argv[2]
torch.set_num_threads(job['threads'])
images = torch.from_numpy(np.fromfile(job['images'], np.float32)).reshape(job['count'], 1, 28, 28)
labels = torch.from_numpy(np.fromfile(job['labels'], np.int32)).long()
model = onnx2torch.convert(job['model']).eval()
for parameter in model.parameters():
    parameter.requires_grad_(False)
eps, steps = job['eps'], job['steps']


def loss_of(x, y):
    return nn.functional.cross_entropy(model(x), y, reduction='sum')


def move(x, gradient, low, high):
    return torch.minimum(torch.maximum(x + (eps / 30) * gradient.sign(), low), high)


if mode == 'compile':
    loss_of, move = torch.compile(loss_of), torch.compile(move)


def attack(first, count, batch, layout):
    left = 0
    for at in range(first, first + count, batch):
        x0, y = images[at:at + batch].contiguous(memory_format=layout), labels[at:at + batch]
        low, high = (x0 - eps).clamp(min=0), (x0 + eps).clamp(max=1)
        x = x0
        for _ in range(steps):
            x = x.detach().requires_grad_()
            gradient, = torch.autograd.grad(loss_of(x, y), x)
            with torch.no_grad():
                x = move(x, gradient, low, high)
        with torch.no_grad():
            left += (model(x).argmax(1) == y).sum().item()
    return left


def timed(*args):
    started, cpu = time.perf_counter(), time.process_time()
    left = attack(*args)
    return time.perf_counter() - started, time.process_time() - cpu, left


choices = [(batch, layout) for batch in (50, 125, 250) for layout in (torch.contiguous_format, torch.channels_last)]
seen = []
for choice in choices:
    timed(0, choice[0], *choice)  # Compiled for this shape.
    seen.append((min(timed(0, 250, *choice)[0] for _ in range(3)), choice))
best = min(seen, key=lambda one: one[0])[1]
print(json.dumps({'ready': {'torch': torch.__version__, 'batch': best[0], 'layout': str(best[1])}}), flush=True)
for line in sys.stdin:
    first, count = map(int, line.split())
    seconds, cpu, left = timed(first, count, *best)
    print(json.dumps({'seconds': seconds, 'cpuSeconds': cpu, 'left': left}), flush=True)

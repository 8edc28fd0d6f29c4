#!/usr/bin/env python3
"""Times a step of adversarial training in PyTorch on the CPU: torch-adversarial.py [--attack-steps 10] [--threads N] [--channels-last]

The recipe is that of `sparring train classifier --adversarial pgd`: two 5x5 convolutions with stride 2 (32 and 64 filters), 128
features, ten logits, no dropout; batches of 128 images; PGD within 0.3 of them from a random start; Adam. As ours, a step also
looks at the accuracy on the images as they are. Waits for lines: with a number it makes so many steps and prints the seconds one
took, by the clock and of processor time; it ends with its input. `--channels-last` keeps images and filters in that layout, and `--compile` compiles the network,
where that is faster.
"""
import argparse
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

parser = argparse.ArgumentParser()
parser.add_argument('--attack-steps', type=int, default=10)
parser.add_argument('--threads', type=int, default=0)
parser.add_argument('--batch-size', type=int, default=128)
parser.add_argument('--channels-last', action='store_true')
parser.add_argument('--compile', action='store_true')
arguments = parser.parse_args()
if arguments.threads:
    torch.set_num_threads(arguments.threads)
torch.manual_seed(1)

EPS = 0.3
size = 2.5 * EPS / arguments.attack_steps
layout = torch.channels_last if arguments.channels_last else torch.contiguous_format
network = nn.Sequential(
    nn.Conv2d(1, 32, 5, stride=2, padding=2), nn.ReLU(),
    nn.Conv2d(32, 64, 5, stride=2, padding=2), nn.ReLU(),
    nn.Flatten(), nn.Linear(7 * 7 * 64, 128), nn.ReLU(), nn.Linear(128, 10),
).to(memory_format=layout)
model = torch.compile(network) if arguments.compile else network
optimizer = torch.optim.Adam(network.parameters(), lr=1e-3, eps=1e-7)
weights = list(network.parameters())
data = torch.rand(8192, 1, 28, 28)
labels = torch.randint(0, 10, (8192,))


def step():
    chosen = torch.randint(0, len(data), (arguments.batch_size,))
    images = data[chosen].contiguous(memory_format=layout)
    target = labels[chosen]
    lowest, highest = (images - EPS).clamp_(0), (images + EPS).clamp_(max=1)
    x = images + torch.empty_like(images).uniform_(-EPS, EPS)
    x = torch.min(torch.max(x, lowest), highest)
    for weight in weights:
        weight.requires_grad_(False)
    for _ in range(arguments.attack_steps):
        x.requires_grad_(True)
        (slope,) = torch.autograd.grad(F.cross_entropy(model(x), target), x)
        with torch.no_grad():
            x = torch.min(torch.max(x.detach().add_(slope.sign_(), alpha=size), lowest), highest)
    for weight in weights:
        weight.requires_grad_(True)
    optimizer.zero_grad(set_to_none=True)
    loss = F.cross_entropy(model(x.detach()), target)
    loss.backward()
    optimizer.step()
    with torch.no_grad():
        clean = (model(images).argmax(1) == target).float().mean()
    return loss.item(), clean.item()


for _ in range(3):
    step()
print(torch.__version__, torch.get_num_threads(), flush=True)
for line in sys.stdin:
    count = int(line)
    begun, used = time.perf_counter(), time.process_time()
    for _ in range(count):
        step()
    print((time.perf_counter() - begun) / count, (time.process_time() - used) / count, flush=True)

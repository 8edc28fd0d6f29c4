"""A step of PGD in PyTorch, as bench/pgd-step.mjs makes it: torch-pgd-step.py MODEL [batch] [threads] [steps] [channels_last]"""

import json
import sys
import time

import torch
import torchvision

numbers = [int(text) for text in sys.argv[2:] if text.isdigit()]
name, (batch, threads, steps) = sys.argv[1], [*numbers, *(8, 1, 4)[len(numbers) :]]
torch.set_num_threads(threads)
model = getattr(torchvision.models, name)().eval()
for parameter in model.parameters():
    parameter.requires_grad_(False)
form = torch.channels_last if 'channels_last' in sys.argv else torch.contiguous_format
model = model.to(memory_format=form)
start = torch.rand(batch, 3, 224, 224).contiguous(memory_format=form)
labels = torch.full((batch,), 5)
eps = 4 / 255
x, times = start.clone(), []
for _ in range(5):
    clock, cpu = time.perf_counter(), time.process_time()
    for _ in range(steps):
        x = x.detach().requires_grad_()
        torch.nn.functional.cross_entropy(model(x), labels, reduction='sum').backward()
        with torch.no_grad():
            x = (start + (x + eps / 4 * x.grad.sign() - start).clamp(-eps, eps)).clamp(0, 1)
    times.append([round(1000 * (time.perf_counter() - clock) / steps), round(1000 * (time.process_time() - cpu) / steps)])
print(json.dumps({'model': name, 'form': str(form), 'batch': batch, 'threads': threads, 'times': times, 'torch': torch.__version__}))

#!/usr/bin/env python3
"""Trains a small classifier in PyTorch and exports it, with what PyTorch measured: torch-classifier.py FOLDER

Leaves FOLDER/bars.onnx, written by PyTorch's own exporter (opset 14, any batch size), and FOLDER/bars.json: four images
that it was not trained on, their labels, its logits, and the gradients of the summed cross-entropy with respect to the
images, both in float64. The images are 12 x 12: noise with a bright bar that lies, stands, rises or falls. The tests of
the ONNX importer read both files (`test/onnx/pytorch`), made by the PyTorch 1.13 of Debian 12 on one thread.
"""
import json
import os
import sys

import torch
from torch import nn

SIZE = 12
CLASSES = ['lying', 'standing', 'rising', 'falling']


def images_of(count, generator):
    labels = torch.randint(0, len(CLASSES), (count,), generator=generator)
    offsets = torch.randint(-3, 4, (count,), generator=generator)
    images = 0.4 * torch.rand(count, 1, SIZE, SIZE, generator=generator)
    y, x = torch.meshgrid(torch.arange(SIZE), torch.arange(SIZE), indexing='ij')
    middle = SIZE // 2
    for i, (label, offset) in enumerate(zip(labels.tolist(), offsets.tolist())):
        bar = [y - middle - offset, x - middle - offset, x + y - SIZE + 1 - offset, x - y - offset][label]
        images[i, 0][bar.abs() < 1] += 0.6
    return images, labels


def main(folder):
    torch.set_num_threads(1)
    torch.manual_seed(1)
    generator = torch.Generator().manual_seed(2)
    model = nn.Sequential(
        nn.Conv2d(1, 6, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(6, 10, 4, stride=2, padding=1), nn.ReLU(),
        nn.Flatten(), nn.Dropout(0.2), nn.Linear(90, 24), nn.ReLU(), nn.Linear(24, len(CLASSES)),
    )
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    for _ in range(80):
        images, labels = images_of(64, generator)
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(images), labels).backward()
        optimizer.step()
    model.eval()
    images, labels = images_of(1000, generator)
    accuracy = (model(images).argmax(1) == labels).double().mean().item()

    os.makedirs(folder, exist_ok=True)
    torch.onnx.export(
        model, images[:1], os.path.join(folder, 'bars.onnx'), opset_version=14,
        input_names=['image'], output_names=['logits'],
        dynamic_axes={'image': {0: 'batch'}, 'logits': {0: 'batch'}},
    )
    shown = images[:4].double().requires_grad_()
    logits = model.double()(shown)
    nn.functional.cross_entropy(logits, labels[:4], reduction='sum').backward()
    with open(os.path.join(folder, 'bars.json'), 'w') as file:
        json.dump({
            'madeBy': f'PyTorch {torch.__version__}, bench/peers/torch-classifier.py',
            'classes': CLASSES,
            'accuracy': accuracy,
            'labels': labels[:4].tolist(),
            'images': images[:4].flatten().tolist(),
            'logits': logits.flatten().tolist(),
            'gradient': shown.grad.flatten().tolist(),
        }, file)
        file.write('\n')


main(sys.argv[1])

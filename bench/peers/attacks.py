#!/usr/bin/env python3
"""Runs reference attacks in PyTorch on an ONNX classifier: attacks.py JOB.json OUT.json

JOB.json, which bench/attack-strength.mjs writes: { model, images, labels, count, height, width, channels, runs }, the
images being raw float32 [n, height, width, channels] in [0, 1] and the labels raw int32; `runs` is a list of
{ name, norm, eps, count, options }. Needs torch, onnx2torch, torchattacks and foolbox:

    python3 -m venv ENV && ENV/bin/pip install torch onnx onnx2torch==1.5.15 torchattacks==3.5.1 foolbox==3.3.4

Writes for every run the indices that it left and the distance of each image that it found, with the versions.
"""
import json
import sys
import time
from importlib.metadata import version

import numpy as np
import onnx2torch
import torch
import torchattacks


def margins(model, images, labels):
    with torch.no_grad():
        return torch.cat([model(part).argmax(1) for part in images.split(500)]) != labels


def with_torchattacks(make):
    def run(model, images, labels, options):
        attack = make(model, options)
        return torch.cat([attack(x, y) for x, y in zip(images.split(500), labels.split(500))])
    return run


def pgd(norm):
    def make(model, o):
        if norm == 'linf':
            return torchattacks.PGD(model, eps=o['eps'], alpha=o['eps'] / 30, steps=40, random_start=True)
        return torchattacks.PGDL2(model, eps=o['eps'], alpha=o['eps'] / 40, steps=50, random_start=True)
    return make


def apgd(model, o, **more):
    return torchattacks.APGD(model, norm=o['torchNorm'], eps=o['eps'], steps=100, n_restarts=1, seed=o['seed'], **more)


def foolbox_minimal(make):
    def run(model, images, labels, options):
        import foolbox
        wrapped = foolbox.PyTorchModel(model, bounds=(0, 1), device='cpu')
        attack = make(foolbox, options)
        found = []
        for x, y in zip(images.split(250), labels.split(250)):
            _, clipped, _ = attack(wrapped, x, y, epsilons=None)
            found.append(clipped)
        return torch.cat(found)
    return run


def fab_minimal(model, images, labels, options):
    """Targeted FAB towards every class, the nearest of what was found: what its loop does for one radius after another."""
    attack = torchattacks.FAB(
        model, norm=options['torchNorm'], eps=options['eps'], steps=100, n_restarts=1, n_classes=10,
        multi_targeted=True, seed=options['seed'])
    best = images.clone()
    nearest = torch.full((len(images),), float('inf'))
    for rank in range(2, 11):
        attack.target_class = rank
        for at in range(0, len(images), 500):
            x, y = images[at:at + 500], labels[at:at + 500]
            found = attack.attack_single_run_targeted(x, y, use_rand_start=False)
            apart = (found - x).flatten(1)
            far = apart.abs().amax(1) if options['norm'] == 'linf' else apart.norm(dim=1)
            far[~margins(model, found, y)] = float('inf')
            nearer = far < nearest[at:at + 500]
            best[at:at + 500][nearer] = found[nearer]
            nearest[at:at + 500][nearer] = far[nearer]
    return best


ATTACKS = {
    'pgd': lambda o: with_torchattacks(pgd(o['norm'])),
    'fgsm': lambda o: with_torchattacks(lambda model, o: torchattacks.FGSM(model, eps=o['eps'])),
    'apgd-ce': lambda o: with_torchattacks(lambda model, o: apgd(model, o, loss='ce')),
    'apgd-dlr': lambda o: with_torchattacks(lambda model, o: apgd(model, o, loss='dlr')),
    'apgd-t': lambda o: with_torchattacks(lambda model, o: torchattacks.APGDT(
        model, norm=o['torchNorm'], eps=o['eps'], steps=100, n_restarts=1, n_classes=10, seed=o['seed'])),
    'fab': lambda o: with_torchattacks(lambda model, o: torchattacks.FAB(
        model, norm=o['torchNorm'], eps=o['eps'], steps=100, n_restarts=1, n_classes=10, multi_targeted=True,
        seed=o['seed'])),
    'square': lambda o: with_torchattacks(lambda model, o: torchattacks.Square(
        model, norm=o['torchNorm'], eps=o['eps'], n_queries=5000, n_restarts=1, loss='margin', seed=o['seed'])),
    'ensemble': lambda o: with_torchattacks(lambda model, o: torchattacks.AutoAttack(
        model, norm=o['torchNorm'], eps=o['eps'], version='standard', n_classes=10, seed=o['seed'])),
    'fab-minimal': lambda o: fab_minimal,
    'carlini-wagner': lambda o: foolbox_minimal(lambda foolbox, o: foolbox.attacks.L2CarliniWagnerAttack(
        binary_search_steps=9, steps=o['steps'], stepsize=1e-2, confidence=0, initial_const=1e-3, abort_early=True)),
    'deepfool': lambda o: foolbox_minimal(lambda foolbox, o: (
        foolbox.attacks.L2DeepFoolAttack if o['norm'] == 'l2' else foolbox.attacks.LinfDeepFoolAttack)(
        steps=50, candidates=10, overshoot=0.02, loss='logits')),
}


def main(job_path, out_path):
    torch.set_num_threads(1)
    with open(job_path) as file:
        job = json.load(file)
    shape = (job['count'], job['height'], job['width'], job['channels'])
    images = torch.from_numpy(np.fromfile(job['images'], np.float32).reshape(shape)).permute(0, 3, 1, 2).contiguous()
    labels = torch.from_numpy(np.fromfile(job['labels'], np.int32)).long()
    model = onnx2torch.convert(job['model']).eval()
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    results = []
    for run in job['runs']:
        x, y = images[:run['count']], labels[:run['count']]
        options = {
            'seed': 0, **run.get('options', {}), 'norm': run['norm'], 'eps': run['eps'],
            'torchNorm': 'Linf' if run['norm'] == 'linf' else 'L2',
        }
        torch.manual_seed(options['seed'])
        started = time.time()
        found = ATTACKS[run['name']](options)(model, x, y, options).detach()
        seconds = time.time() - started
        apart = (found - x).flatten(1)
        far = apart.abs().amax(1) if run['norm'] == 'linf' else apart.norm(dim=1)
        wrong = margins(model, found, y)
        far[margins(model, x, y)] = 0
        result = {
            'name': run['name'], 'norm': run['norm'], 'eps': run['eps'], 'count': run['count'],
            'left': 1 - (wrong & (far <= run['eps'] * (1 + 1e-4))).float().mean().item(),
            'medianDistance': far[wrong].median().item() if wrong.any() else None,
            'seconds': round(seconds, 1),
        }
        results.append(result)
        print(json.dumps(result), file=sys.stderr, flush=True)
    versions = {name: version(name) for name in ('torch', 'onnx2torch', 'torchattacks', 'foolbox')}
    with open(out_path, 'w') as file:
        json.dump({'versions': versions, 'results': results}, file)


main(*sys.argv[1:3])

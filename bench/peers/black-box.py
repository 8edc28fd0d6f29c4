#!/usr/bin/env python3
"""Reference attacks that only ask, on ONNX classifiers: black-box.py REQUEST.json, one JSON line out.

The request: {"model": path, "images": path of raw float32 [n, 784], "labels": [...], "attack": "square" | "nes" | "hop-skip-jump",
"norm": "linf" | "l2", "eps": .., "queries": .., "seed": ..}. Answers per image: `found`, `queries` (of Square and NES until
success, the clean check included), and for HopSkipJump `distances` once for each number of queries in "budgets".

Square is torchattacks', HopSkipJump foolbox'. NES has no maintained implementation in the registry: it is written here after
the paper (Ilyas et al. 2018, algorithm 1 and its table of settings), plainly and in float32, so that ours is held against
something that shares no line with it. With "package": "art" HopSkipJump is that of the Adversarial Robustness Toolbox (whose
Square asks four times per try, so it is no peer in queries). pip install torch torchattacks foolbox onnx onnx2torch
adversarial-robustness-toolbox.
"""
import json
import sys
from importlib.metadata import version

import numpy as np
import torch
from onnx2torch import convert


class Counted(torch.nn.Module):
    """The classifier; counts images asked about."""

    def __init__(self, network):
        super().__init__()
        self.network = network
        self.asked = 0

    def forward(self, images):
        self.asked += len(images)
        return self.network(images)


def torch_square(model, x, label, request):
    """One image at a time: torchattacks does not say how many queries each image of a batch took."""
    import torchattacks

    attack = torchattacks.Square(
        model, norm='Linf' if request['norm'] == 'linf' else 'L2', eps=request['eps'], n_queries=request['queries'],
        seed=request['seed'],
    )
    attack.set_mode_default()
    model.asked = 0
    with torch.no_grad():
        image = attack(x, label)
        asked = model.asked - 1  # it ends by looking at what it found
        wrong = bool((model(image).argmax(1) != label).item())
    return {'found': wrong, 'queries': asked}


def nes(model, x, label, request):
    """Algorithm 1 of the paper and PGD by its estimate; 50 probes in 25 mirrored pairs, momentum, a rate that is halved on plateaus."""
    eps, sigma, samples = request['eps'], request.get('sigma', 1e-3), 50
    rate, momentum, plateau = 1e-2, 0.9, 5
    low, high = (x - eps).clamp(0, 1), (x + eps).clamp(0, 1)
    now, mean, losses, asked = x.clone(), torch.zeros_like(x), [], 0
    with torch.no_grad():
        while asked < request['queries']:
            asked += 1
            if model(now).argmax(1).item() != label.item():
                return {'found': True, 'queries': asked}
            if asked + samples >= request['queries']:
                break
            half = torch.randn(samples // 2, *x.shape[1:])
            ways = torch.cat([half, -half])
            loss = torch.nn.functional.cross_entropy(
                model(now + sigma * ways), label.expand(samples), reduction='none'
            )
            asked += samples
            gradient = (loss.view(-1, 1, 1, 1) * ways).mean(0, keepdim=True) / sigma
            mean = momentum * mean + (1 - momentum) * gradient
            losses = (losses + [-loss.mean().item()])[-plateau:]
            if len(losses) == plateau and losses[-1] > losses[0]:
                rate, losses = max(rate / 2, 5e-5), []
            now = torch.min(torch.max(now + rate * mean.sign(), low), high)
    return {'found': False, 'queries': asked}


class Watched(torch.nn.Module):
    """Notes how near the nearest image is that was named wrongly, once so many images were asked about."""

    def __init__(self, model, x, label, request):
        super().__init__()
        self.model, self.x, self.label, self.norm = model, x, label, request['norm']
        self.budgets = request['budgets']
        self.asked, self.best, self.at = 0, float('inf'), {}

    def forward(self, images):
        answers = self.model(images)
        gaps = (images - self.x).flatten(1)
        far = gaps.norm(dim=1) if self.norm == 'l2' else gaps.abs().amax(1)
        far[answers.argmax(1) == self.label] = float('inf')
        for budget in self.budgets:
            if self.asked < budget <= self.asked + len(images):
                self.at[budget] = min(self.best, far[: budget - self.asked].min().item())
        self.asked += len(images)
        self.best = min(self.best, far.min().item())
        return answers

    def told(self, **more):
        finite = lambda d: None if d == float('inf') else d
        return {'asked': self.asked, 'distances': [finite(self.at.get(b, self.best)) for b in self.budgets], **more}


def hop_skip_jump(model, x, label, request):
    import foolbox

    watched = Watched(model, x[0], label, request).eval()
    attack = foolbox.attacks.HopSkipJumpAttack(
        steps=request.get('iterations', 64), constraint=request['norm']
    )
    with torch.no_grad():
        try:
            attack.run(foolbox.PyTorchModel(watched, bounds=(0, 1), device='cpu'), x, foolbox.criteria.Misclassification(label))
        except Exception as error:  # no start was found
            return watched.told(error=str(error))
    return watched.told()


def art_hop_skip_jump(model, x, label, request):
    """The Adversarial Robustness Toolbox's: a random start and a search as in the paper's own program."""
    from art.attacks.evasion import HopSkipJump
    from art.estimators.classification import BlackBoxClassifierNeuralNetwork

    watched = Watched(model, x[0], label, request).eval()

    def predict(images):
        with torch.no_grad():
            return watched(torch.from_numpy(np.asarray(images, np.float32))).numpy()

    estimator = BlackBoxClassifierNeuralNetwork(
        predict, input_shape=tuple(x.shape[1:]), nb_classes=10, channels_first=True, clip_values=(0, 1)
    )
    attack = HopSkipJump(
        estimator, batch_size=64, norm=2 if request['norm'] == 'l2' else 'inf', max_iter=request.get('iterations', 64),
        max_eval=10_000, init_eval=100, init_size=100, verbose=False,
    )
    attack.generate(x.numpy())
    return watched.told()


ATTACKS = {
    'square': torch_square, 'nes': nes, 'hop-skip-jump': hop_skip_jump, 'art/hop-skip-jump': art_hop_skip_jump,
}


def seeded(run, model, x, label, request):
    torch.manual_seed(request['seed'])
    np.random.seed(request['seed'])
    return run(model, x, label, request)


def main(path):
    with open(path) as file:
        request = json.load(file)
    torch.set_num_threads(1)
    torch.manual_seed(request['seed'])
    np.random.seed(request['seed'])
    model = Counted(convert(request['model']).eval())
    images = torch.from_numpy(np.fromfile(request['images'], np.float32).reshape(-1, 1, 28, 28))
    package = request.get('package')
    run = ATTACKS[f"{package}/{request['attack']}" if package else request['attack']]
    # Each image has random numbers of its own: with one seed for all of them torchattacks would try the same squares on each,
    # and how fast a quarter of the images falls would hang on a single draw.
    results = [
        seeded(run, model, images[i : i + 1], torch.tensor([label]), {**request, 'seed': 1000 * request['seed'] + i})
        for i, label in enumerate(request['labels'])
    ]
    packages = ('torch', 'onnx2torch', *({'art': ('adversarial-robustness-toolbox',)}.get(package, ('torchattacks', 'foolbox'))))
    print(json.dumps({'results': results, 'versions': {name: version(name) for name in packages}}))


if __name__ == '__main__':
    if len(sys.argv) != 2:
        sys.exit('usage: black-box.py REQUEST.json')
    main(sys.argv[1])

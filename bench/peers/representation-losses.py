#!/usr/bin/env python3
"""What Lightly's losses say of two views of five examples: representation-losses.py > bench/representation-losses.json

Needs torch and lightly, of which only the losses are imported:

    python3 -m venv ENV && ENV/bin/pip install torch && ENV/bin/pip install --no-deps lightly==1.6.0

test/objectives/representations.test.ts holds ours against them.
"""
import json
from importlib.metadata import version

import torch
from lightly.loss import NegativeCosineSimilarity, NTXentLoss, VICRegLoss

torch.manual_seed(1)
first, second = torch.randn(5, 4), torch.randn(5, 4)
second = first + 0.7 * second


def vicreg(**weights):
    given = dict(lambda_param=0.0, mu_param=0.0, nu_param=0.0) | weights
    return VICRegLoss(**given)(first, second).item()


print(json.dumps({
    'versions': {'torch': torch.__version__, 'lightly': version('lightly')},
    'seed': 1,
    'rows': torch.cat([first, second]).flatten().tolist(),
    'shape': [10, 4],
    'ntXent': {str(t): NTXentLoss(temperature=t)(first, second).item() for t in (0.1, 0.5, 2.0)},
    'invariance': vicreg(lambda_param=1.0),
    'variance': vicreg(mu_param=1.0),
    'covariance': vicreg(nu_param=1.0),
    'negativeCosine': NegativeCosineSimilarity()(first, second).item(),
}, indent=2))

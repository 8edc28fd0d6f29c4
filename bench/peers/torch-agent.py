# PyTorch's side of bench/agents.mjs: DQN and Rainbow in the way of CleanRL on the same game, frames of training a second.
# pip install torch minatar (in an environment outside of the tree).
# Usage: python torch-agent.py dqn|rainbow FRAMES [--threads 1] [--compile]
# Prints one JSON object: {"frames": ..., "seconds": ..., "perSecond": ...}. The first 2,000 frames, in which nothing is learned, are not timed.
import argparse
import json
import random
import time

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

parser = argparse.ArgumentParser()
parser.add_argument("algorithm", choices=["dqn", "rainbow"])
parser.add_argument("frames", type=int)
parser.add_argument("--threads", type=int, default=1)
parser.add_argument("--compile", action="store_true")
args = parser.parse_args()
torch.set_num_threads(args.threads)
torch.manual_seed(1)
random.seed(1)
np.random.seed(1)

ACTIONS, COPIES, BATCH, MEMORY, STARTS, GAMMA = 6, 4, 32, 100_000, 1000, 0.99
IS_RAINBOW = args.algorithm == "rainbow"
ATOMS, LOW, HIGH, N_STEP = (51, 0.0, 50.0, 3) if IS_RAINBOW else (1, 0.0, 0.0, 1)


class Network(nn.Module):
    """A convolution and a dense layer, as MinAtar's agents; dueling distributions for Rainbow."""

    def __init__(self):
        super().__init__()
        self.trunk = nn.Sequential(
            nn.Conv2d(6, 16, 3), nn.ReLU(), nn.Flatten(), nn.Linear(16 * 64, 128), nn.ReLU()
        )
        self.advantage = nn.Linear(128, ACTIONS * ATOMS)
        if IS_RAINBOW:
            self.value = nn.Linear(128, ATOMS)
        self.register_buffer("support", torch.linspace(LOW, HIGH, ATOMS))

    def forward(self, x):
        x = self.trunk(x)
        if not IS_RAINBOW:
            return self.advantage(x)
        advantage = self.advantage(x).view(-1, ACTIONS, ATOMS)
        return self.value(x).view(-1, 1, ATOMS) + advantage - advantage.mean(1, keepdim=True)

    def values(self, given):
        return (given.softmax(-1) * self.support).sum(-1) if IS_RAINBOW else given


online, target = Network(), Network()
target.load_state_dict(online.state_dict())
optimizer = torch.optim.Adam(online.parameters(), lr=2.5e-4, eps=3.125e-4, fused=True)


class SumTree:
    """Priorities as vectorised NumPy: the same work as the usual loops, a batch at a time."""

    def __init__(self, count):
        self.width = 1 << (count - 1).bit_length()
        self.sums = np.zeros(2 * self.width)

    def set(self, places, values):
        nodes = places + self.width
        self.sums[nodes] = values
        nodes = np.unique(nodes >> 1)
        while nodes[0] >= 1:
            self.sums[nodes] = self.sums[2 * nodes] + self.sums[2 * nodes + 1]
            if nodes[0] == 1:
                break
            nodes = np.unique(nodes >> 1)

    def find(self, rest):
        nodes = np.ones(len(rest), dtype=np.int64)
        while nodes[0] < self.width:
            left = self.sums[2 * nodes]
            right = rest >= left
            rest = np.where(right, rest - left, rest)
            nodes = 2 * nodes + right
        return nodes - self.width


def environments():
    from minatar import Environment

    made = [Environment("space_invaders", sticky_action_prob=0.1) for _ in range(COPIES)]
    for i, game in enumerate(made):
        game.seed(i)
    return made


games = environments()
shape = (6, 10, 10)
seen = np.zeros((MEMORY, *shape), dtype=np.bool_)
after = np.zeros((MEMORY, *shape), dtype=np.bool_)
actions = np.zeros(MEMORY, dtype=np.int64)
rewards = np.zeros(MEMORY, dtype=np.float32)
discounts = np.zeros(MEMORY, dtype=np.float32)
tree = SumTree(MEMORY)
greatest = 1.0
written = 0
recent = [[] for _ in range(COPIES)]


def look(game):
    return game.state().transpose(2, 0, 1)


def keep(copy, step):
    """Adds a step, and completes the transition of n steps that it ends."""
    global written
    steps = recent[copy]
    steps.append(step)
    while steps and (len(steps) >= N_STEP or step[3]):
        place = written % MEMORY
        seen[place], actions[place] = steps[0][0], steps[0][1]
        rewards[place] = sum(GAMMA**k * s[2] for k, s in enumerate(steps[:N_STEP]))
        last = steps[min(N_STEP, len(steps)) - 1]
        discounts[place] = 0.0 if last[3] else GAMMA**N_STEP
        after[place] = last[4]
        if IS_RAINBOW:
            tree.set(np.array([place]), greatest)
        written += 1
        steps.pop(0)
        if not step[3]:
            break


def loss_of(observation, action, reward, discount, following, weight):
    rows = torch.arange(BATCH)
    with torch.no_grad():
        if IS_RAINBOW:
            best = online.values(online(following)).argmax(1)
            chances = target(following).softmax(-1)[rows, best]
            moved = (reward[:, None] + discount[:, None] * online.support).clamp(LOW, HIGH)
            place = (moved - LOW) / ((HIGH - LOW) / (ATOMS - 1))
            lower, upper = place.floor().long(), place.ceil().long()
            both = (lower == upper).float()
            wanted = torch.zeros_like(chances)
            wanted.scatter_add_(1, lower, chances * (upper.float() + both - place))
            wanted.scatter_add_(1, upper, chances * (place - lower.float()))
        else:
            wanted = reward + discount * target(following).max(1).values
    given = online(observation)[rows, action]
    if IS_RAINBOW:
        each = -(wanted * given.log_softmax(-1)).sum(-1)
    else:
        each = F.smooth_l1_loss(given, wanted, reduction="none")
    return (each * weight).mean(), each.detach()


if args.compile:
    loss_of = torch.compile(loss_of)


def learn(updates):
    global greatest
    if IS_RAINBOW:
        total = tree.sums[1]
        places = tree.find((np.arange(BATCH) + np.random.rand(BATCH)) * total / BATCH)
        weight = tree.sums[places + tree.width] ** -0.5
        weight = torch.from_numpy((weight / weight.max()).astype(np.float32))
    else:
        places = np.random.randint(0, min(written, MEMORY), BATCH)
        weight = torch.ones(BATCH)
    loss, each = loss_of(
        torch.from_numpy(seen[places]).float(),
        torch.from_numpy(actions[places]),
        torch.from_numpy(rewards[places]),
        torch.from_numpy(discounts[places]),
        torch.from_numpy(after[places]).float(),
        weight,
    )
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    optimizer.step()
    if IS_RAINBOW:
        priority = (each + 1e-10).sqrt().numpy() ** 0.5
        greatest = max(greatest, float(priority.max()))
        tree.set(places, priority)
    if updates % 250 == 0:
        target.load_state_dict(online.state_dict())


for game in games:
    game.reset()
frames, updates, started, timed = 0, 0, None, 0
while timed < args.frames:
    if frames >= 2 * STARTS and started is None:
        started = time.perf_counter()
    epsilon = max(0.01, 1 - max(0, frames - STARTS) / 100_000)
    states = np.stack([look(game) for game in games])
    with torch.no_grad():
        best = online.values(online(torch.from_numpy(states).float())).argmax(1).tolist()
    for copy, game in enumerate(games):
        action = random.randrange(ACTIONS) if frames < STARTS or random.random() < epsilon else best[copy]
        reward, ended = game.act(action)
        keep(copy, (states[copy], action, reward, ended, look(game)))
        if ended:
            game.reset()
    frames += COPIES
    if started is not None:
        timed += COPIES
    if frames >= STARTS:
        updates += 1
        learn(updates)
seconds = time.perf_counter() - started
print(json.dumps({"frames": timed, "seconds": seconds, "perSecond": timed / seconds, "torch": torch.__version__}))

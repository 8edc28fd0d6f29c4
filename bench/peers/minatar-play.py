"""Random play of a game of MinAtar, as JSON lines: what was done, what came of it, and a checksum of what was seen.

usage: python bench/peers/minatar-play.py <space_invaders|breakout|freeway> <steps> <seed>

Needs `pip install minatar`. The first line has the version; then one line for each episode: its state at the start, and for each
step [action, reward, terminated, CRC-32 of the observation as bytes, state]; the state only where chance has made one.
"""

import importlib.metadata
import json
import sys
import zlib

import numpy
from minatar import Environment


def state_of(game, env):
    """What chance decides."""
    if game == "breakout":
        return {"x": int(env.ball_x), "dir": int(env.ball_dir)}
    if game == "freeway":
        return {"cars": [[int(number) for number in car] for car in env.cars]}
    return {}


def main():
    game, steps, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    environment = Environment(game, sticky_action_prob=0.0)
    environment.seed(seed)
    random = numpy.random.RandomState(seed)
    print(json.dumps({"minatar": importlib.metadata.version("minatar")}))
    done = 0
    while done < steps:
        environment.reset()
        env = environment.env
        episode = {"start": state_of(game, env), "steps": []}
        terminated = False
        while not terminated and done < steps:
            action = int(random.randint(6))
            reward, terminated = environment.act(action)
            seen = zlib.crc32(environment.state().astype(numpy.uint8).tobytes())
            step = [action, int(reward), bool(terminated), seen]
            if game == "freeway" and reward > 0:
                step.append(state_of(game, env))
            episode["steps"].append(step)
            done += 1
        print(json.dumps(episode))


main()

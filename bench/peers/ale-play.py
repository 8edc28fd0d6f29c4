"""Random play of a game of the Arcade Learning Environment as Dopamine sees it: what was done, what came of it, and what was seen.

usage: python bench/peers/ale-play.py <rom> <steps> <seed> <out>

Needs `pip install ale-py numpy opencv-python-headless`. Prints one line of JSON: versions, and where the package has its games. Writes of
each step action, reward, lives, whether the game is over (int32 each), and the 84 x 84 bytes seen after it; the first is the state at
the start, its action -1. Actions do not stick; a step is four frames, and ends where the game does.
"""

import importlib.metadata
import json
import sys

import cv2
import numpy
from ale_py import ALEInterface, LoggerMode

rom, steps, seed, out = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
ALEInterface.setLoggerMode(LoggerMode.Error)
ale = ALEInterface()
ale.setInt("random_seed", seed)
ale.setFloat("repeat_action_probability", 0.0)
ale.setInt("frame_skip", 1)
ale.loadROM(rom)
actions = ale.getMinimalActionSet()
random = numpy.random.RandomState(seed)
buffers = [ale.getScreenGrayscale(), numpy.zeros((210, 160), numpy.uint8)]


def seen():
    return cv2.resize(numpy.maximum(*buffers), (84, 84), interpolation=cv2.INTER_AREA)


with open(out, "wb") as file:

    def write(action, reward):
        file.write(numpy.array([action, reward, ale.lives(), ale.game_over()], "<i4").tobytes() + seen().tobytes())

    write(-1, 0)
    for _ in range(steps):
        action, reward = random.randint(len(actions)), 0
        for frame in range(4):
            reward += ale.act(actions[action])
            if ale.game_over():
                break
            if frame >= 2:
                buffers[frame - 2] = ale.getScreenGrayscale()
        write(action, reward)
        if ale.game_over():
            break

versions = {name: importlib.metadata.version(name) for name in ("ale-py", "numpy", "opencv-python-headless")}
print(json.dumps({**versions, "actions": [action.name for action in actions]}))

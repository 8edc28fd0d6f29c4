"""Writes a checkpoint as Dopamine's agents on Atari leave it, with TensorFlow's own writer, and what TensorFlow makes of some observations.

usage: python bench/peers/dopamine-checkpoint.py <prefix> [--names legacy|keras] [--widths 32,64,64,512] [--outputs 306] [--seed 1]

Needs `pip install tensorflow`. Writes <prefix>.index and <prefix>.data-00000-of-00001 with the variables Online/* and Target/*, Adam's slots of
one of them and its powers, and the number of steps; and <prefix>.json: versions, and for each of three observations the mean return of each
action and the probability of each return. Pixel i of observation k is (i * i % 251 + 7 * k * i) % 256, so that whoever compares can make it.
Weights are normal, with Glorot's spread.
"""

import argparse
import json
import math
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import numpy
import tensorflow

tf = tensorflow.compat.v1
tf.disable_eager_execution()

parser = argparse.ArgumentParser()
parser.add_argument("prefix")
parser.add_argument("--names", choices=["legacy", "keras"], default="legacy")
parser.add_argument("--widths", default="32,64,64,512")
parser.add_argument("--outputs", type=int, default=306)
parser.add_argument("--seed", type=int, default=1)
given = parser.parse_args()

ONE, TWO, THREE, UNITS = map(int, given.widths.split(","))
SHAPES = {
    "Conv": [8, 8, 4, ONE],
    "Conv_1": [4, 4, ONE, TWO],
    "Conv_2": [3, 3, TWO, THREE],
    "fully_connected": [11 * 11 * THREE, UNITS],
    "fully_connected_1": [UNITS, given.outputs],
}
WEIGHTS, BIAS = ("weights", "biases") if given.names == "legacy" else ("kernel", "bias")
ACTIONS, ATOMS = 6, given.outputs // 6
random = numpy.random.RandomState(given.seed)


def drawn(shape):
    fan = math.prod(shape[:-1]) + math.prod(shape[:-2]) * shape[-1]
    return random.normal(0, math.sqrt(2 / fan), shape).astype(numpy.float32)


def variable(name, value):
    return tf.get_variable(name, initializer=value)


def variables(prefix):
    found = {}
    for layer, shape in SHAPES.items():
        found[layer] = (
            variable(f"{prefix}/{layer}/{WEIGHTS}", drawn(shape)),
            variable(f"{prefix}/{layer}/{BIAS}", random.normal(0, 0.1, shape[-1:]).astype(numpy.float32)),
        )
    return found


online = variables("Online")
variables("Target")
slot = SHAPES["Conv_2"]
variable(f"Online/Conv_2/{WEIGHTS}/Adam", numpy.zeros(slot, numpy.float32))
variable(f"Online/Conv_2/{WEIGHTS}/Adam_1", numpy.ones(slot, numpy.float32))
variable("beta1_power", numpy.float32(0.9))
variable("beta2_power", numpy.float32(0.999))
variable("global_step", numpy.int64(49_750_000))

state = tf.placeholder(tf.uint8, [None, 84, 84, 4])
net = tf.cast(state, tf.float32) / 255.0
for layer, stride in (("Conv", 4), ("Conv_1", 2), ("Conv_2", 1)):
    kernel, bias = online[layer]
    net = tf.nn.relu(tf.nn.conv2d(net, kernel, strides=stride, padding="SAME") + bias)
net = tf.reshape(net, [-1, 11 * 11 * THREE])
kernel, bias = online["fully_connected"]
net = tf.nn.relu(tf.matmul(net, kernel) + bias)
kernel, bias = online["fully_connected_1"]
net = tf.matmul(net, kernel) + bias
if ATOMS > 1:
    probabilities = tf.nn.softmax(tf.reshape(net, [-1, ACTIONS, ATOMS]))
    values = tf.reduce_sum(numpy.linspace(-10, 10, ATOMS, dtype=numpy.float32) * probabilities, 2)
else:
    probabilities, values = None, net

place = numpy.arange(84 * 84 * 4, dtype=numpy.int64)
states = numpy.stack([(place * place % 251 + 7 * k * place) % 256 for k in range(3)])
with tf.Session() as session:
    session.run(tf.global_variables_initializer())
    tf.train.Saver().save(session, given.prefix, write_meta_graph=False, write_state=False)
    feed = {state: states.reshape(-1, 84, 84, 4).astype(numpy.uint8)}
    record = {
        "tensorflow": tensorflow.__version__,
        "numpy": numpy.__version__,
        "names": given.names,
        "widths": [ONE, TWO, THREE, UNITS],
        "seed": given.seed,
        "values": session.run(values, feed).tolist(),
    }
    if probabilities is not None:
        record["probabilities"] = session.run(probabilities, feed).tolist()

short = lambda number: float(f"{number:.9g}")
deep = lambda found: [deep(each) for each in found] if isinstance(found, list) else short(found)
record = {key: deep(value) if key in ("values", "probabilities") else value for key, value in record.items()}
with open(f"{given.prefix}.json", "w") as file:
    json.dump(record, file)
    file.write("\n")
print(f"{given.prefix}: {sum(v.shape.num_elements() or 1 for pair in online.values() for v in pair)} weights of the network that acts")

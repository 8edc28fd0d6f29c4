#!/usr/bin/env python3
"""The book's GANs as Keras trains them (Rivas 2020, chapter 14): keras_book.py {mlp-gan|dcgan} STEPS [--jit]

`pip install tensorflow`. The loop is the book's: `predict` makes fakes, `train_on_batch` learns from real ones, then from fakes, then
through the frozen discriminator. `--jit` compiles all of it by XLA. Random images; only time is told, as one JSON line: seconds
of the first step, which traces, and milliseconds of the others.
"""
import json
import os
import sys
import time

os.environ.setdefault('TF_CPP_MIN_LOG_LEVEL', '3')
import numpy as np  # noqa: E402
import keras  # noqa: E402
import tensorflow as tf  # noqa: E402
from keras import layers  # noqa: E402

LATENT = 100


def mlp():
    generator = [layers.Input((LATENT,))]
    for width in (256, 512, 1024):
        generator += [layers.Dense(width, activation='relu'), layers.BatchNormalization()]
    generator += [layers.Dropout(0.5), layers.Dense(784, activation='sigmoid'), layers.Reshape((28, 28, 1))]
    discriminator = [
        layers.Input((28, 28, 1)), layers.Flatten(), layers.Dropout(0.5), layers.Dense(512, activation='relu'),
        layers.Dense(256, activation='relu'), layers.Dense(1, activation='sigmoid'),
    ]
    return generator, discriminator, 128


def dcgan():
    up = lambda filters, strides, activation: layers.Conv2DTranspose(
        filters, 5, strides=strides, padding='same', activation=activation
    )
    down = lambda filters: layers.Conv2D(filters, 5, strides=2, padding='same', activation='relu')
    generator = [
        layers.Input((LATENT,)), layers.Dense(12544, activation='relu'), layers.BatchNormalization(), layers.Reshape((7, 7, 256)),
        up(128, 1, 'relu'), layers.BatchNormalization(), up(64, 2, 'relu'), layers.BatchNormalization(), up(1, 2, 'sigmoid'),
    ]
    discriminator = [
        layers.Input((28, 28, 1)), down(64), layers.Dropout(0.3), down(128), layers.Dropout(0.3), layers.Flatten(),
        layers.Dense(1, activation='sigmoid'),
    ]
    return generator, discriminator, 64


NETWORKS = {'mlp-gan': mlp, 'dcgan': dcgan}


def book(model, jit=False):
    """The book's loop: a function that makes one step, and the discriminator, whose weights tell whether it learns."""
    generator_layers, discriminator_layers, batch = NETWORKS[model]()
    generator, discriminator = keras.Sequential(generator_layers), keras.Sequential(discriminator_layers)
    compiled = dict(loss='binary_crossentropy', jit_compile=jit)
    adam = lambda: keras.optimizers.Adam(2e-4, beta_1=0.5)
    discriminator.compile(optimizer=adam(), metrics=['accuracy'], **compiled)
    generator.compile(jit_compile=jit)
    data = np.random.rand(8192, 28, 28, 1).astype('float32')
    real_label, fake_label = np.ones((batch, 1)), np.zeros((batch, 1))
    latents = lambda: np.random.uniform(0, 1, (batch, LATENT)).astype('float32')
    # Keras 3 asks what can be trained when it traces, not when it compiles: the discriminator is traced while it can.
    discriminator.train_on_batch(data[:batch], real_label)
    discriminator.trainable = False
    together = keras.Sequential([layers.Input((LATENT,)), generator, discriminator])
    together.compile(optimizer=adam(), **compiled)

    def step():
        real = data[np.random.randint(0, len(data), batch)]
        fake = generator.predict(latents(), verbose=0)
        losses = [discriminator.train_on_batch(real, real_label), discriminator.train_on_batch(fake, fake_label)]
        return [*losses, together.train_on_batch(latents(), real_label)]

    return step, discriminator


def main(model, steps, jit):
    step, discriminator = book(model, jit)
    before = [weight.copy() for weight in discriminator.get_weights()]
    started = time.perf_counter()
    step()
    first = time.perf_counter() - started
    moved = any((old != new).any() for old, new in zip(before, discriminator.get_weights()))
    if not moved:
        sys.exit('the discriminator does not learn: this Keras freezes it for good')
    for _ in range(2):
        step()
    started = time.perf_counter()
    for _ in range(steps):
        step()
    ms = (time.perf_counter() - started) / steps * 1e3
    print(json.dumps({
        'peer': 'keras', 'model': model, 'jit': jit, 'steps': steps, 'firstSeconds': round(first, 2), 'ms': round(ms, 2),
        'hoursOf12001': round(ms * 12001 / 3.6e6, 3), 'keras': keras.__version__, 'tensorflow': tf.__version__,
    }))


if __name__ == '__main__':
    if len(sys.argv) < 3 or sys.argv[1] not in ('mlp-gan', 'dcgan'):
        sys.exit('usage: keras_book.py {mlp-gan|dcgan} STEPS [--jit]')
    main(sys.argv[1], int(sys.argv[2]), '--jit' in sys.argv[3:])

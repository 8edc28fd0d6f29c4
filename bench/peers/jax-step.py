#!/usr/bin/env python3
"""Times one training step in JAX on the CPU: jax-step.py MODEL STEPS [SETTING ...]

`pip install jax` in an environment outside of the tree. A step is one function compiled by `jit`, which draws its batch, latents and
dropout itself and hands its state over (`donate_argnums`): nothing crosses to Python but the losses. Settings: images with channels
last or first, one thread or one per core. Prints one JSON line. The models are those of torch_steps.py, with the same arithmetic.
"""
import os

import best_of

LATENT = 100
BATCH = {'mlp-gan': 128, 'dcgan': 64, 'classifier': 128}


def settings_of(model):
    layouts = [''] if model == 'mlp-gan' else ['channels last, ', 'channels first, ']
    return [f'{layout}{count} threads' for layout in layouts for count in sorted({1, best_of.CORES}, reverse=True)]


def pieces(jax, last):
    """What networks are written with; parameters are lists of arrays in their order. `last`: images are [n, h, w, c]."""
    jnp, lax = jax.numpy, jax.lax
    dimensions = ('NHWC', 'HWIO', 'NHWC') if last else ('NCHW', 'OIHW', 'NCHW')
    swap = (lambda shape: shape) if last else (lambda shape: (shape[3], shape[2], shape[0], shape[1]))

    def glorot(key, shape, fan_in, fan_out):
        limit = (6 / (fan_in + fan_out)) ** 0.5
        return jax.random.uniform(key, shape, minval=-limit, maxval=limit)

    def dense_parameters(key, width_in, width):
        return [glorot(key, (width_in, width), width_in, width), jnp.zeros(width)]

    def conv_parameters(key, channels, filters, size=5):
        kernel = glorot(key, swap((size, size, channels, filters)), size * size * channels, size * size * filters)
        return [kernel, jnp.zeros(filters)]

    def per_channel(vector):
        return vector if last else vector[:, None, None]

    def conv(x, kernel, bias, strides=2):
        return lax.conv_general_dilated(x, kernel, (strides, strides), 'SAME', dimension_numbers=dimensions) + per_channel(bias)

    def conv_transpose(x, kernel, bias, strides):
        """Keras' and PyTorch's: the gradient of a convolution with padding 'same'."""
        pads = (2, 2) if strides == 1 else (2, 3)
        y = lax.conv_general_dilated(
            x, kernel, (1, 1), [pads, pads], lhs_dilation=(strides, strides), dimension_numbers=dimensions
        )
        return y + per_channel(bias)

    def dropout(key, x, rate):
        return jnp.where(jax.random.bernoulli(key, 1 - rate, x.shape), x / (1 - rate), 0)

    def normalized(x, parameters, moving, training, images=False):
        """Epsilon 1e-3, momentum 0.99; also the moved statistics."""
        gamma, beta = parameters
        shape = per_channel if images else (lambda vector: vector)
        if training:
            axes = tuple(axis for axis in range(x.ndim) if axis != (x.ndim - 1 if last or not images else 1))
            mean, variance = x.mean(axes), x.var(axes)
            moving = [0.99 * moving[0] + 0.01 * mean, 0.99 * moving[1] + 0.01 * variance]
        else:
            mean, variance = moving
        scale = gamma / jnp.sqrt(variance + 1e-3)
        return x * shape(scale) + shape(beta - mean * scale), moving

    return locals()


def adam(jax, rate, beta1, beta2=0.999):
    jnp, tree = jax.numpy, jax.tree_util.tree_map
    begin = lambda parameters: (parameters, tree(jnp.zeros_like, parameters), tree(jnp.zeros_like, parameters), jnp.zeros(()))

    def update(state, gradients):
        parameters, m, v, t = state
        t = t + 1
        m = tree(lambda m, g: beta1 * m + (1 - beta1) * g, m, gradients)
        v = tree(lambda v, g: beta2 * v + (1 - beta2) * g * g, v, gradients)
        step = rate * jnp.sqrt(1 - beta2**t) / (1 - beta1**t)
        return tree(lambda p, m, v: p - step * m / (jnp.sqrt(v) + 1e-7), parameters, m, v), m, v, t

    return begin, update


def cross_entropy(jax, logits, label):
    return (jax.nn.softplus(logits) - label * logits).mean()


def mlp_networks(jax, p):
    nn, jnp = jax.nn, jax.numpy
    widths = [LATENT, 256, 512, 1024]

    def parameters(key):
        keys = jax.random.split(key, 7)
        hidden = [p['dense_parameters'](keys[i], a, b) + [jnp.ones(b), jnp.zeros(b)] for i, (a, b) in enumerate(zip(widths, widths[1:]))]
        critic = [p['dense_parameters'](keys[4 + i], a, b) for i, (a, b) in enumerate([(784, 512), (512, 256), (256, 1)])]
        moving = [[jnp.zeros(b), jnp.ones(b)] for b in widths[1:]]
        return hidden + [p['dense_parameters'](keys[3], 1024, 784)], moving, critic

    def generate(generator, moving, z, key, training):
        x, moved = z, []
        for (w, b, *norm), statistics in zip(generator, moving):
            x, now = p['normalized'](nn.relu(x @ w + b), norm, statistics, training)
            moved.append(now)
        x = p['dropout'](key, x, 0.5) if training else x
        return nn.sigmoid(x @ generator[-1][0] + generator[-1][1]), moved

    def judge(critic, images, key):
        x = p['dropout'](key, images, 0.5)
        for w, b in critic[:-1]:
            x = nn.relu(x @ w + b)
        return x @ critic[-1][0] + critic[-1][1]

    return parameters, generate, judge, (784,)


def dcgan_networks(jax, p):
    nn, jnp = jax.nn, jax.numpy
    last = p['last']
    shape = (lambda n, h, c: (n, h, h, c)) if last else (lambda n, h, c: (n, c, h, h))
    image = (28, 28, 1) if last else (1, 28, 28)

    def parameters(key):
        keys = jax.random.split(key, 7)
        ups = [p['conv_parameters'](keys[1 + i], a, b) for i, (a, b) in enumerate([(256, 128), (128, 64), (64, 1)])]
        norms = [[jnp.ones(width), jnp.zeros(width)] for width in (12544, 128, 64)]
        moving = [[jnp.zeros(width), jnp.ones(width)] for width in (12544, 128, 64)]
        critic = [p['conv_parameters'](keys[4], 1, 64), p['conv_parameters'](keys[5], 64, 128), p['dense_parameters'](keys[6], 6272, 1)]
        return [p['dense_parameters'](keys[0], LATENT, 12544), *ups, norms], moving, critic

    def generate(generator, moving, z, key, training):
        (w, b), first, second, third, norms = generator
        x, one = p['normalized'](nn.relu(z @ w + b), norms[0], moving[0], training)
        x = nn.relu(p['conv_transpose'](x.reshape(shape(len(z), 7, 256)), *first, 1))
        x, two = p['normalized'](x, norms[1], moving[1], training, True)
        x = nn.relu(p['conv_transpose'](x, *second, 2))
        x, three = p['normalized'](x, norms[2], moving[2], training, True)
        return nn.sigmoid(p['conv_transpose'](x, *third, 2)), [one, two, three]

    def judge(critic, images, key):
        keys = jax.random.split(key)
        x = images
        for (w, b), each in zip(critic[:-1], keys):
            x = p['dropout'](each, nn.relu(p['conv'](x, w, b)), 0.3)
        return x.reshape(len(x), -1) @ critic[-1][0] + critic[-1][1]

    return parameters, generate, judge, image


def gan(jax, networks, batch):
    """Two updates of the discriminator, on real images and on fakes made in inference mode, then one of the generator."""
    jnp, random = jax.numpy, jax.random
    parameters, generate, judge, image = networks
    begin, update = adam(jax, 2e-4, 0.5)
    generator, moving, critic = parameters(random.key(0))
    data = random.uniform(random.key(1), (8192, *image))
    critic_loss = lambda critic, images, label, key: cross_entropy(jax, judge(critic, images, key), label)

    def generator_loss(generator, moving, critic, z, keys):
        images, moved = generate(generator, moving, z, keys[0], True)
        return cross_entropy(jax, judge(critic, images, keys[1]), 1.0), moved

    def step(state, data, key):
        generator, moving, critic = state
        keys = random.split(key, 8)
        latents = lambda key: random.uniform(key, (batch, LATENT))
        real = data[random.randint(keys[0], (batch,), 0, len(data))]
        fake, _ = generate(generator[0], moving, latents(keys[1]), keys[2], False)
        losses = []
        for images, label, drop in ((real, 1.0, keys[3]), (fake, 0.0, keys[4])):
            loss, gradients = jax.value_and_grad(critic_loss)(critic[0], images, label, drop)
            critic = update(critic, gradients)
            losses.append(loss)
        of = jax.value_and_grad(generator_loss, has_aux=True)
        (loss, moving), gradients = of(generator[0], moving, critic[0], latents(keys[5]), keys[6:])
        return (update(generator, gradients), moving, critic), jnp.stack([*losses, loss])

    return step, (begin(generator), moving, begin(critic)), (data,)


def classifier(jax, p, batch):
    jnp, random, nn = jax.numpy, jax.random, jax.nn
    begin, update = adam(jax, 1e-3, 0.9)
    keys = random.split(random.key(0), 6)
    network = [
        p['conv_parameters'](keys[0], 1, 32), p['conv_parameters'](keys[1], 32, 64),
        p['dense_parameters'](keys[2], 3136, 128), p['dense_parameters'](keys[3], 128, 10),
    ]
    data = random.uniform(keys[4], (8192, 28, 28, 1) if p['last'] else (8192, 1, 28, 28))
    labels = random.randint(keys[5], (8192,), 0, 10)

    def loss_of(network, x, y, keys):
        for w, b in network[:2]:
            x = nn.relu(p['conv'](x, w, b))
        x = p['dropout'](keys[0], x.reshape(batch, -1), 0.25)
        x = p['dropout'](keys[1], nn.relu(x @ network[2][0] + network[2][1]), 0.5)
        logits = nn.log_softmax(x @ network[3][0] + network[3][1])
        return -jnp.take_along_axis(logits, y[:, None], 1).mean()

    def step(state, data, labels, key):
        keys = random.split(key, 3)
        chosen = random.randint(keys[0], (batch,), 0, len(data))
        loss, gradients = jax.value_and_grad(loss_of)(state[0], data[chosen], labels[chosen], keys[1:])
        return update(state, gradients), loss

    return step, begin(network), (data, labels)


def program(jax, model, last):
    p = pieces(jax, last)
    if model == 'classifier':
        return classifier(jax, p, BATCH[model])
    networks = {'mlp-gan': mlp_networks, 'dcgan': dcgan_networks}[model]
    return gan(jax, networks(jax, p), BATCH[model])


def measure(model, steps, setting):
    threads = best_of.threads_of(setting)
    # XLA makes a thread for each core that the process may use.
    if hasattr(os, 'sched_setaffinity'):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])
    import jax

    # XLA's own random numbers; JAX's usual ones take longer than the rest of a small step on a CPU.
    jax.config.update('jax_default_prng_impl', 'rbg')
    step, state, rest = program(jax, model, 'first' not in setting)
    compiled = jax.jit(step, donate_argnums=0)
    held, drawn = [state], iter(range(10**9))

    def once():
        held[0], losses = compiled(held[0], *rest, jax.random.key(next(drawn)))
        held[1:] = [losses.block_until_ready()]

    ms, timed = best_of.time_steps(once, steps, 20)
    if not jax.numpy.isfinite(held[1]).all():
        raise SystemExit(f'after {timed} steps the losses are {held[1]}')
    return {'ms': ms, 'steps': timed, 'peak': best_of.peak_bytes(), 'version': jax.__version__}


if __name__ == '__main__':
    best_of.main(__file__, 'jax', BATCH, settings_of, measure)

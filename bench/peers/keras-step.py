#!/usr/bin/env python3
"""Times one training step in Keras on TensorFlow on the CPU: keras-step.py MODEL STEPS [SETTING ...]

`pip install tensorflow` in an environment outside of the tree. Settings: for the GANs the book's own loop of `predict` and
`train_on_batch` (keras_book.py), for the classifier `train_on_batch`; or the whole step as one `tf.function` with tapes, as
TensorFlow's own tutorials write a GAN; each as it is or compiled by XLA (`jit_compile`), with one thread or one per core. Prints one
JSON line. The arithmetic is that of torch_steps.py.
"""
import best_of

BATCH = {'mlp-gan': 128, 'dcgan': 64, 'classifier': 128}


def settings_of(_model):
    return [
        f'{way}{compiled}, {count} threads'
        for way in ('book', 'function')
        for compiled in ('', ', compiled')
        for count in sorted({1, best_of.CORES}, reverse=True)
    ]


def gan_function(tf, keras, generator, discriminator, batch, latent, jit):
    """Two updates of the discriminator, on real images and on fakes made in inference mode, then one of the generator."""
    loss_of = keras.losses.BinaryCrossentropy()
    generator_adam, discriminator_adam = keras.optimizers.Adam(2e-4, beta_1=0.5), keras.optimizers.Adam(2e-4, beta_1=0.5)
    generator_adam.build(generator.trainable_variables)
    discriminator_adam.build(discriminator.trainable_variables)
    data = tf.random.uniform((8192, 28, 28, 1))
    labels = {1: tf.ones((batch, 1)), 0: tf.zeros((batch, 1))}
    latents = lambda: tf.random.uniform((batch, latent))

    @tf.function(jit_compile=jit)
    def step():
        real = tf.gather(data, tf.random.uniform((batch,), 0, len(data), tf.int32))
        fake = generator(latents(), training=False)
        losses = []
        for images, label in ((real, 1), (fake, 0)):
            with tf.GradientTape() as tape:
                losses.append(loss_of(labels[label], discriminator(images, training=True)))
            variables = discriminator.trainable_variables
            discriminator_adam.apply_gradients(zip(tape.gradient(losses[-1], variables), variables))
        with tf.GradientTape() as tape:
            losses.append(loss_of(labels[1], discriminator(generator(latents(), training=True), training=True)))
        variables = generator.trainable_variables
        generator_adam.apply_gradients(zip(tape.gradient(losses[-1], variables), variables))
        return tf.stack(losses)

    return lambda: step().numpy()


def classifier_network(keras):
    layers = keras.layers
    down = lambda filters: layers.Conv2D(filters, 5, strides=2, padding='same', activation='relu')
    return keras.Sequential([
        layers.Input((28, 28, 1)), down(32), down(64), layers.Flatten(), layers.Dropout(0.25),
        layers.Dense(128, activation='relu'), layers.Dropout(0.5), layers.Dense(10),
    ])


def classifier(tf, keras, batch, way, jit):
    import numpy as np

    network = classifier_network(keras)
    loss_of = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    data, labels = np.random.rand(8192, 28, 28, 1).astype('float32'), np.random.randint(0, 10, 8192).astype('int32')
    optimizer = keras.optimizers.Adam(1e-3)
    if way == 'book':
        network.compile(optimizer=optimizer, loss=loss_of, jit_compile=jit)

        def step():
            chosen = np.random.randint(0, len(data), batch)
            return network.train_on_batch(data[chosen], labels[chosen])

        return step
    optimizer.build(network.trainable_variables)
    data, labels = tf.constant(data), tf.constant(labels)

    @tf.function(jit_compile=jit)
    def function():
        chosen = tf.random.uniform((batch,), 0, len(data), tf.int32)
        with tf.GradientTape() as tape:
            loss = loss_of(tf.gather(labels, chosen), network(tf.gather(data, chosen), training=True))
        variables = network.trainable_variables
        optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
        return loss

    return lambda: function().numpy()


def measure(model, steps, setting):
    import numpy as np
    from keras_book import LATENT, NETWORKS, book, keras, tf

    threads = best_of.threads_of(setting)
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(threads)
    way, jit = setting.split(', ')[0], 'compiled' in setting
    if model == 'classifier':
        step = classifier(tf, keras, BATCH[model], way, jit)
    elif way == 'book':
        step, _ = book(model, jit)
    else:
        generator, discriminator, batch = NETWORKS[model]()
        step = gan_function(tf, keras, keras.Sequential(generator), keras.Sequential(discriminator), batch, LATENT, jit)
    ms, timed = best_of.time_steps(step, steps, 20)
    losses = step()
    if not all(np.isfinite(loss).all() for loss in (losses if isinstance(losses, list) else [losses])):
        raise SystemExit('the losses are not finite')
    return {'ms': ms, 'steps': timed, 'peak': best_of.peak_bytes(), 'version': f'{keras.__version__} on TensorFlow {tf.__version__}'}


if __name__ == '__main__':
    best_of.main(__file__, 'keras', BATCH, settings_of, measure)

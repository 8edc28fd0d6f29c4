#!/usr/bin/env python3
"""Times one training step in PyTorch on the CPU: torch-step.py {mlp-gan|dcgan|dcgan-64|vae} STEPS

PyTorch has threads of its own and so has the BLAS below it, and both at once fight over the cores. So every split of
the cores between the two is tried, each in a fresh process, and the best one counts. Prints one JSON line.
"""
import json
import os
import resource
import subprocess
import sys
import time

LATENT = 100
WARM_UP = 3
SECONDS = 10  # a split that is this slow stops early
BATCH = {'mlp-gan': 128, 'dcgan': 64, 'dcgan-64': 128, 'vae': 500}


def batch_norm(nn, width, dimensions=1):
    """Keras' defaults: epsilon 1e-3 and momentum 0.99, which PyTorch counts from the other end."""
    layer = nn.BatchNorm1d if dimensions == 1 else nn.BatchNorm2d
    return layer(width, eps=1e-3, momentum=0.01)


def mlp_networks(nn):
    hidden = [
        layer
        for width_in, width in ((LATENT, 256), (256, 512), (512, 1024))
        for layer in (nn.Linear(width_in, width), nn.ReLU(), batch_norm(nn, width))
    ]
    generator = nn.Sequential(
        *hidden, nn.Dropout(0.5), nn.Linear(1024, 784), nn.Sigmoid(), nn.Unflatten(1, (1, 28, 28))
    )
    discriminator = nn.Sequential(
        nn.Flatten(), nn.Dropout(0.5), nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 256), nn.ReLU(),
        nn.Linear(256, 1), nn.Sigmoid(),
    )
    return generator, discriminator


def dcgan_networks(nn):
    generator = nn.Sequential(
        nn.Linear(LATENT, 12544), nn.ReLU(), batch_norm(nn, 12544), nn.Unflatten(1, (256, 7, 7)),
        nn.ConvTranspose2d(256, 128, 5, stride=1, padding=2), nn.ReLU(), batch_norm(nn, 128, 2),
        nn.ConvTranspose2d(128, 64, 5, stride=2, padding=2, output_padding=1), nn.ReLU(), batch_norm(nn, 64, 2),
        nn.ConvTranspose2d(64, 1, 5, stride=2, padding=2, output_padding=1), nn.Sigmoid(),
    )
    critic = nn.Sequential(
        nn.Conv2d(1, 64, 5, stride=2, padding=2), nn.ReLU(), nn.Dropout(0.3),
        nn.Conv2d(64, 128, 5, stride=2, padding=2), nn.ReLU(), nn.Dropout(0.3),
        nn.Flatten(), nn.Linear(6272, 1), nn.Sigmoid(),
    )
    return generator, critic


def dcgan64_networks(nn, filters=64):
    """No biases; batch normalization with PyTorch's own constants, after the convolutions and before the rectifiers."""
    widths = [filters * 2 ** power for power in range(4)]  # 64, 128, 256, 512
    up = lambda width_in, width: nn.ConvTranspose2d(width_in, width, 5, stride=2, padding=2, output_padding=1, bias=False)
    down = lambda width_in, width: nn.Conv2d(width_in, width, 5, stride=2, padding=2, bias=False)
    generator = [nn.Linear(LATENT, 16 * widths[3], bias=False), nn.Unflatten(1, (widths[3], 4, 4))]
    for width_in, width in ((widths[3], widths[2]), (widths[2], widths[1]), (widths[1], widths[0]), (widths[0], 3)):
        generator += [nn.BatchNorm2d(width_in), nn.ReLU(), up(width_in, width)]
    discriminator = [down(3, widths[0]), nn.LeakyReLU(0.2)]
    for width_in, width in zip(widths, widths[1:]):
        discriminator += [down(width_in, width), nn.BatchNorm2d(width), nn.LeakyReLU(0.2)]
    discriminator += [nn.Flatten(), nn.Linear(16 * widths[3], 1, bias=False), nn.Sigmoid()]
    return nn.Sequential(*generator, nn.Tanh()), nn.Sequential(*discriminator)


NETWORKS = {'mlp-gan': mlp_networks, 'dcgan': dcgan_networks, 'dcgan-64': dcgan64_networks}


def gan_step(torch, nn, model):
    """The discriminator learns from real images and from fakes, then the generator learns.

    dcgan-64 makes its fakes in training mode, learns from both batches by one update, and has images in [-1, 1]; the
    others make them in inference mode and learn from one batch after the other.
    """
    batch = BATCH[model]
    large = model == 'dcgan-64'
    generator, discriminator = NETWORKS[model](nn)
    adam = dict(lr=2e-4, betas=(0.5, 0.999), eps=1e-7)
    generator_adam = torch.optim.Adam(generator.parameters(), **adam)
    discriminator_adam = torch.optim.Adam(discriminator.parameters(), **adam)
    loss_of = nn.BCELoss()
    shape = (3, 64, 64) if large else (1, 28, 28)
    data = torch.rand(min(8192, 2**25 // (shape[0] * shape[1] * shape[2])), *shape)
    low, width = (-1, 2) if large else (0, 1)
    latents = lambda: low + width * torch.rand(batch, LATENT)
    real_label, fake_label = torch.ones(batch, 1), torch.zeros(batch, 1)

    def step():
        real = low + width * data[torch.randint(0, len(data), (batch,))]
        generator.train(large)
        with torch.no_grad():
            fake = generator(latents())
        generator.train()
        batches = [(real, real_label), (fake, fake_label)]
        for together in [batches] if large else [[one] for one in batches]:
            discriminator_adam.zero_grad()
            sum(loss_of(discriminator(images), label) for images, label in together).backward()
            discriminator_adam.step()
        generator_adam.zero_grad()
        discriminator.requires_grad_(False)
        loss_of(discriminator(generator(latents())), real_label).backward()
        generator_adam.step()
        discriminator.requires_grad_(True)

    return step


def vae_step(torch, nn):
    """The deep variational autoencoder with its cross-entropy loss."""
    batch = BATCH['vae']

    def block(width_in, width, normalized=False, rate=0.0, activation=nn.ReLU):
        layers = [nn.Linear(width_in, width)]
        if normalized:
            layers.append(batch_norm(nn, width))
        layers.append(activation())
        if rate:
            layers.append(nn.Dropout(rate))
        return layers

    encoder = nn.Sequential(
        nn.Dropout(0.1), *block(784, 512, rate=0.1), *block(512, 512, True, 0.1), *block(512, 256, rate=0.1),
        *block(256, 256, True, 0.1), *block(256, 128, rate=0.1), *block(128, 2, True, activation=nn.Sigmoid),
    )
    mean, log_variance = nn.Linear(2, 2), nn.Linear(2, 2)
    decoder = nn.Sequential(
        *block(2, 128, True, 0.1), *block(128, 256), *block(256, 256, True, 0.1), *block(256, 512),
        *block(512, 512, True), *block(512, 784, activation=nn.Sigmoid),
    )
    networks = nn.ModuleList([encoder, mean, log_variance, decoder])
    adam = torch.optim.Adam(networks.parameters(), lr=1e-3, eps=1e-7)
    data = torch.rand(60000, 784)

    def step():
        x = data[torch.randint(0, len(data), (batch,))]
        h = encoder(x)
        mu, lv = mean(h), log_variance(h)
        y = decoder(mu + torch.exp(0.5 * lv) * torch.randn_like(mu))
        divergence = -0.5 * (1 + lv - mu * mu - lv.exp()).sum(1).mean()
        loss = 784 * nn.functional.binary_cross_entropy(y, x) + divergence
        adam.zero_grad()
        loss.backward()
        adam.step()

    return step


def measure(model, steps, threads):
    """Milliseconds per step in this process, after a warm-up."""
    import torch
    from torch import nn

    torch.set_num_threads(threads)
    torch.manual_seed(0)
    step = vae_step(torch, nn) if model == 'vae' else gan_step(torch, nn, model)
    for _ in range(WARM_UP):
        step()
    start = time.perf_counter()
    timed = 0
    while timed < steps and (timed == 0 or time.perf_counter() - start < SECONDS):
        step()
        timed += 1
    ms = (time.perf_counter() - start) / timed * 1e3
    unit = 1 if sys.platform == 'darwin' else 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    return {'ms': ms, 'steps': timed, 'peak': peak, 'version': torch.__version__}


def try_all(model, steps):
    cores = len(os.sched_getaffinity(0)) if hasattr(os, 'sched_getaffinity') else os.cpu_count() or 1
    timed = {}
    for own, blas in sorted({(1, 1), (cores, 1), (1, cores), (cores, cores)}):
        environment = dict(os.environ, OMP_NUM_THREADS=str(own), OPENBLAS_NUM_THREADS=str(blas))
        command = [sys.executable, os.path.abspath(__file__), model, str(steps), str(own)]
        done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
        timed[f'own {own}, blas {blas}'] = json.loads(done.stdout)
    best = min(timed, key=lambda label: timed[label]['ms'])
    return {
        'peer': 'pytorch',
        'model': model,
        'msPerStep': {label: round(result['ms'], 2) for label, result in timed.items()},
        'best': round(timed[best]['ms'], 2),
        'peakMemoryBytes': timed[best]['peak'],
        'settings': {
            'best': best, 'steps': timed[best]['steps'], 'version': timed[best]['version'], 'batch': BATCH[model], 'warmUp': WARM_UP,
        },
    }


def main(arguments):
    if len(arguments) not in (2, 3) or arguments[0] not in BATCH:
        sys.exit(f'usage: torch-step.py {{{"|".join(BATCH)}}} STEPS')
    model, steps = arguments[0], int(arguments[1])
    print(json.dumps(measure(model, steps, int(arguments[2])) if len(arguments) == 3 else try_all(model, steps)))


if __name__ == '__main__':
    main(sys.argv[1:])

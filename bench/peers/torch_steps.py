"""One training step of each model of the bench, as PyTorch's users would write it to be fast: fused Adam, no gradients where none are asked for.

`steps[name](tools)` gives a function that makes one step. `tools` says how: `torch`, `nn`, `compiled` (a function or module as it
is, or compiled) and `layout` (what it does to a module or images: nothing, or channels last).
"""
from types import SimpleNamespace

LATENT = 100
BATCH = {
    'mlp-gan': 128, 'dcgan': 64, 'dcgan-64': 128, 'vae': 500, 'vae-shallow': 128, 'vae-conv': 128, 'classifier': 128,
    'wgan-gp': 64,
    'r3gan': 64,
    'ring': 128,
    'cipher': 512,
    'efficient-capsnet': 128,
    'levers': 64,
    'levers-reinforce': 64,
    'simclr': 256,
    'improved-gan': 100,
    'cryptography': 256,
}
CONVOLUTIONAL = {'dcgan', 'dcgan-64', 'vae-conv', 'classifier', 'wgan-gp', 'r3gan', 'efficient-capsnet', 'simclr'}


def tools_for(torch, compiled=False, channels_last=False):
    def layout(what):
        return what.to(memory_format=torch.channels_last) if channels_last else what

    return SimpleNamespace(
        torch=torch, nn=torch.nn, compiled=torch.compile if compiled else lambda what: what, layout=layout,
        adam=lambda parameters, **options: torch.optim.Adam(parameters, fused=True, eps=1e-7, **options),
    )


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


def dcgan_generator(nn):
    return nn.Sequential(
        nn.Linear(LATENT, 12544), nn.ReLU(), batch_norm(nn, 12544), nn.Unflatten(1, (256, 7, 7)),
        nn.ConvTranspose2d(256, 128, 5, stride=1, padding=2), nn.ReLU(), batch_norm(nn, 128, 2),
        nn.ConvTranspose2d(128, 64, 5, stride=2, padding=2, output_padding=1), nn.ReLU(), batch_norm(nn, 64, 2),
        nn.ConvTranspose2d(64, 1, 5, stride=2, padding=2, output_padding=1), nn.Sigmoid(),
    )


def dcgan_critic(nn, rate):
    drop = [nn.Dropout(rate)] if rate else []
    return [
        nn.Conv2d(1, 64, 5, stride=2, padding=2), nn.ReLU(), *drop,
        nn.Conv2d(64, 128, 5, stride=2, padding=2), nn.ReLU(), *drop,
        nn.Flatten(), nn.Linear(6272, 1),
    ]


def dcgan_networks(nn):
    return dcgan_generator(nn), nn.Sequential(*dcgan_critic(nn, 0.3), nn.Sigmoid())


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


def ring_networks(nn):
    """Two small networks on points of the plane."""
    hidden = lambda width: [nn.Linear(width, 128), nn.ReLU(), nn.Linear(128, 128), nn.ReLU()]
    return nn.Sequential(*hidden(16), nn.Linear(128, 2)), nn.Sequential(*hidden(2), nn.Linear(128, 1), nn.Sigmoid())


def gan(tools, networks, batch, shape, latent=LATENT, together=False, signed=False, betas=(0.5, 0.999)):
    """The discriminator learns from real images and from fakes, then the generator learns.

    `together`: fakes are made in training mode and learnt from in one update with the real ones; else they are made in
    inference mode, and one batch is learnt from after the other.
    """
    torch, nn = tools.torch, tools.nn
    generator, discriminator = map(tools.layout, networks)
    generator_adam = tools.adam(generator.parameters(), lr=2e-4, betas=betas)
    discriminator_adam = tools.adam(discriminator.parameters(), lr=2e-4, betas=betas)
    loss_of = nn.BCELoss()
    make = tools.compiled(generator)
    judge = tools.compiled(lambda images, label: loss_of(discriminator(images), label))
    fool = tools.compiled(lambda z, label: loss_of(discriminator(generator(z)), label))
    data = torch.rand(min(8192, 2**25 // max(1, torch.Size(shape).numel())), *shape)
    if len(shape) == 3:
        data = tools.layout(data)
    low, width = (-1, 2) if signed else (0, 1)
    latents = lambda: low + width * torch.rand(batch, latent)
    real_label, fake_label = torch.ones(batch, 1), torch.zeros(batch, 1)

    def step():
        real = low + width * data[torch.randint(0, len(data), (batch,))]
        generator.train(together)
        with torch.no_grad():
            fake = make(latents())
        generator.train()
        batches = [(real, real_label), (fake, fake_label)]
        for some in [batches] if together else [[one] for one in batches]:
            discriminator_adam.zero_grad()
            sum(judge(images, label) for images, label in some).backward()
            discriminator_adam.step()
        generator_adam.zero_grad()
        discriminator.requires_grad_(False)
        fool(latents(), real_label).backward()
        generator_adam.step()
        discriminator.requires_grad_(True)

    return step


def wgan_gp(tools, batch=64, repeats=5):
    """The networks of the DCGAN; five updates of the critic, each with a penalty on its slope, then one of the generator."""
    torch, nn = tools.torch, tools.nn
    generator = tools.layout(dcgan_generator(nn))
    critic = tools.layout(nn.Sequential(*dcgan_critic(nn, 0)))
    generator_adam, critic_adam = (tools.adam(one.parameters(), lr=1e-4, betas=(0.0, 0.9)) for one in (generator, critic))
    data = tools.layout(torch.rand(8192, 1, 28, 28))
    make = tools.compiled(generator)
    # Second derivatives through compiled code are not supported by torch.compile.
    fool = tools.compiled(lambda z: -critic(generator(z)).mean())
    latents = lambda: torch.randn(batch, LATENT)

    def step():
        for _ in range(repeats):
            real = data[torch.randint(0, len(data), (batch,))]
            with torch.no_grad():
                fake = make(latents())
            share = torch.rand(batch, 1, 1, 1)
            between = (share * real + (1 - share) * fake).requires_grad_(True)
            (slope,) = torch.autograd.grad(critic(between).sum(), between, create_graph=True)
            penalty = 10 * (slope.flatten(1).norm(dim=1) - 1).square().mean()
            critic_adam.zero_grad()
            (critic(fake).mean() - critic(real).mean() + penalty).backward()
            critic_adam.step()
        generator_adam.zero_grad()
        critic.requires_grad_(False)
        fool(latents()).backward()
        generator_adam.step()
        critic.requires_grad_(True)

    return step


def r3gan_networks(nn, torch, width=64, latent=64, smallest=7, slope=0.2):
    """One residual block at each of 7, 14 and 28 pixels: no normalization, grouped convolutions, a filter [1, 2, 1] where sizes change."""
    taps = torch.tensor([1.0, 2.0, 1.0])
    plane = torch.outer(taps, taps) / 16

    class Resampling(nn.Module):
        def __init__(self, up):
            super().__init__()
            self.up = up
            self.register_buffer('filter', (4 if up else 1) * plane.repeat(width, 1, 1, 1))

        def forward(self, x):
            if self.up:
                return nn.functional.conv_transpose2d(x, self.filter, stride=2, padding=1, output_padding=1, groups=width)
            return nn.functional.conv2d(x, self.filter, stride=2, padding=1, groups=width)

    class Block(nn.Module):
        def __init__(self):
            super().__init__()
            inside = 2 * width
            self.branch = nn.Sequential(
                nn.Conv2d(width, inside, 1), nn.LeakyReLU(slope), nn.Conv2d(inside, inside, 3, padding=1, groups=inside // 16),
                nn.LeakyReLU(slope), nn.Conv2d(inside, width, 1, bias=False),
            )

        def forward(self, x):
            return x + self.branch(x)

    class Basis(nn.Module):
        def __init__(self):
            super().__init__()
            self.basis = nn.Parameter(torch.randn(width, smallest, smallest))
            self.linear = nn.Linear(latent, width, bias=False)

        def forward(self, z):
            return self.linear(z)[:, :, None, None] * self.basis

    generator = nn.Sequential(
        Basis(), Block(), Resampling(True), Block(), Resampling(True), Block(), nn.Conv2d(width, 1, 1, bias=False), nn.Sigmoid()
    )
    discriminator = nn.Sequential(
        nn.Conv2d(1, width, 1, bias=False), Block(), Resampling(False), Block(), Resampling(False), Block(),
        nn.Conv2d(width, width, smallest, groups=width, bias=False), nn.Flatten(), nn.Linear(width, 1, bias=False),
    )
    return generator, discriminator


def r3gan(tools, batch=64, latent=64, gamma=0.05):
    """Both players judge pairs, and the discriminator is flat at real and at made images (R1 and R2); an average of the generator's weights."""
    torch, nn = tools.torch, tools.nn
    generator, discriminator = map(tools.layout, r3gan_networks(nn, torch))
    generator_adam, discriminator_adam = (
        tools.adam(one.parameters(), lr=2e-4, betas=(0.0, 0.99)) for one in (generator, discriminator)
    )
    data = tools.layout(torch.rand(8192, 1, 28, 28))
    make = tools.compiled(generator)
    # Second derivatives through compiled code are not supported by torch.compile.
    judged = lambda images: discriminator(2 * images - 1)
    fool = tools.compiled(lambda z, real: nn.functional.softplus(judged(real) - judged(generator(z))).mean())
    average = [parameter.detach().clone() for parameter in generator.parameters()]

    def flatness(score, images):
        (slope,) = torch.autograd.grad(score.sum(), images, create_graph=True)
        return slope.flatten(1).square().sum(1).mean()

    def step():
        real = data[torch.randint(0, len(data), (batch,))].requires_grad_(True)
        with torch.no_grad():
            fake = make(torch.randn(batch, latent))
        fake = fake.detach().requires_grad_(True)
        of_real, of_fake = judged(real), judged(fake)
        penalty = gamma / 2 * (flatness(of_real, real) + flatness(of_fake, fake))
        discriminator_adam.zero_grad()
        (nn.functional.softplus(of_fake - of_real).mean() + penalty).backward()
        discriminator_adam.step()
        generator_adam.zero_grad()
        discriminator.requires_grad_(False)
        fool(torch.randn(batch, latent), real.detach()).backward()
        generator_adam.step()
        discriminator.requires_grad_(True)
        torch._foreach_lerp_(average, [parameter.detach() for parameter in generator.parameters()], 0.001)

    return step


def autoencoder(tools, batch, shape, encoder, heads, decoder, lr=1e-3, squared=False):
    torch, nn = tools.torch, tools.nn
    networks = tools.layout(nn.ModuleList([encoder, *heads, decoder]))
    optimizer = tools.adam(networks.parameters(), lr=lr)
    data = torch.rand(16384, *shape)
    if len(shape) == 3:
        data = tools.layout(data)
    pixels = data[0].numel()
    difference = nn.functional.mse_loss if squared else nn.functional.binary_cross_entropy

    def loss_of(x, noise):
        h = encoder(x)
        mean, log_variance = (head(h) for head in heads)
        y = decoder(mean + torch.exp(0.5 * log_variance) * noise)
        divergence = -0.5 * (1 + log_variance - mean * mean - log_variance.exp()).sum(1).mean()
        return pixels * difference(y, x) + divergence

    loss = tools.compiled(loss_of)
    width = heads[0].out_features

    def step():
        x = data[torch.randint(0, len(data), (batch,))]
        optimizer.zero_grad()
        loss(x, torch.randn(batch, width)).backward()
        optimizer.step()

    return step


def deep_vae(tools):
    nn = tools.nn

    def block(width_in, width, normalized=False, rate=0.0, activation=nn.ReLU):
        normalization = [batch_norm(nn, width)] if normalized else []
        return [nn.Linear(width_in, width), *normalization, activation(), *([nn.Dropout(rate)] if rate else [])]

    encoder = nn.Sequential(
        nn.Dropout(0.1), *block(784, 512, rate=0.1), *block(512, 512, True, 0.1), *block(512, 256, rate=0.1),
        *block(256, 256, True, 0.1), *block(256, 128, rate=0.1), *block(128, 2, True, activation=nn.Sigmoid),
    )
    decoder = nn.Sequential(
        *block(2, 128, True, 0.1), *block(128, 256), *block(256, 256, True, 0.1), *block(256, 512),
        *block(512, 512, True), *block(512, 784, activation=nn.Sigmoid),
    )
    return autoencoder(tools, 500, (784,), encoder, [nn.Linear(2, 2), nn.Linear(2, 2)], decoder)


def shallow_vae(tools):
    nn = tools.nn
    encoder = nn.Sequential(nn.Linear(784, 512), nn.ReLU())
    decoder = nn.Sequential(nn.Linear(2, 512), nn.ReLU(), nn.Linear(512, 784), nn.Sigmoid())
    return autoencoder(tools, 128, (784,), encoder, [nn.Linear(512, 2), nn.Linear(512, 2)], decoder, squared=True)


def conv_vae(tools):
    nn = tools.nn
    down = lambda width_in, width: [nn.Conv2d(width_in, width, 5, stride=2, padding=2), nn.ReLU()]
    up = lambda width_in, width: nn.ConvTranspose2d(width_in, width, 5, stride=2, padding=2, output_padding=1)
    encoder = nn.Sequential(*down(1, 32), *down(32, 64), nn.Flatten(), nn.Linear(3136, 256), nn.ReLU())
    decoder = nn.Sequential(
        nn.Linear(16, 256), nn.ReLU(), nn.Linear(256, 3136), nn.ReLU(), nn.Unflatten(1, (64, 7, 7)),
        up(64, 32), nn.ReLU(), up(32, 1), nn.Sigmoid(),
    )
    return autoencoder(tools, 128, (1, 28, 28), encoder, [nn.Linear(256, 16), nn.Linear(256, 16)], decoder)


def classifier(tools, batch=128):
    torch, nn = tools.torch, tools.nn
    network = tools.layout(nn.Sequential(
        nn.Conv2d(1, 32, 5, stride=2, padding=2), nn.ReLU(), nn.Conv2d(32, 64, 5, stride=2, padding=2), nn.ReLU(),
        nn.Flatten(), nn.Dropout(0.25), nn.Linear(3136, 128), nn.ReLU(), nn.Dropout(0.5), nn.Linear(128, 10),
    ))
    optimizer = tools.adam(network.parameters(), lr=1e-3)
    data, labels = tools.layout(torch.rand(8192, 1, 28, 28)), torch.randint(0, 10, (8192,))
    loss = tools.compiled(lambda x, y: nn.functional.cross_entropy(network(x), y))

    def step():
        chosen = torch.randint(0, len(data), (batch,))
        optimizer.zero_grad()
        loss(data[chosen], labels[chosen]).backward()
        optimizer.step()

    return step


def efficient_capsnet(tools, batch=128, classes=10):
    """Four convolutions, 16 capsules of 8 numbers by a depthwise kernel, self-attention routing, and the decoder; margin loss."""
    torch, nn = tools.torch, tools.nn
    functional = nn.functional

    def squash(s):
        length = (s.square().sum(-1, keepdim=True) + 1e-7).sqrt()
        return s * (1 - torch.exp(-length)) / length

    class Capsules(nn.Module):
        def __init__(self):
            super().__init__()
            block = lambda width_in, width, size, stride=1: [
                nn.Conv2d(width_in, width, size, stride=stride), nn.ReLU(), batch_norm(nn, width, 2)
            ]
            self.trunk = nn.Sequential(
                *block(1, 32, 5), *block(32, 64, 3), *block(64, 64, 3), *block(64, 128, 3, 2),
                nn.Conv2d(128, 128, 9, groups=128), nn.Flatten(),
            )
            self.kernel = nn.Parameter(torch.randn(16, 8, classes * 16) * 0.04)
            self.bias = nn.Parameter(torch.zeros(16, 1, classes, 1))

        def forward(self, x):
            lower = squash(self.trunk(x).unflatten(1, (16, 8)))
            said = torch.bmm(lower.transpose(0, 1), self.kernel).unflatten(2, (classes, 16))  # [16, n, classes, 16]
            products = (said * said.sum(0)).sum(3, keepdim=True) / 4
            return squash((said * (functional.softmax(products, dim=2) + self.bias)).sum(0))

    network = tools.layout(Capsules())
    decoder = nn.Sequential(
        nn.Flatten(), nn.Linear(classes * 16, 512), nn.ReLU(), nn.Linear(512, 1024), nn.ReLU(), nn.Linear(1024, 784),
        nn.Sigmoid(),
    )
    optimizer = tools.adam([*network.parameters(), *decoder.parameters()], lr=1e-3)
    data, labels = tools.layout(torch.rand(8192, 1, 28, 28)), torch.randint(0, classes, (8192,))

    def loss_of(x, y):
        capsules = network(x)
        lengths = (capsules.square().sum(-1) + 1e-7).sqrt()
        present = functional.one_hot(y, classes).float()
        margin = present * functional.relu(0.9 - lengths).square()
        margin = margin + 0.5 * (1 - present) * functional.relu(lengths - 0.1).square()
        drawn = decoder(capsules * present.unsqueeze(2))
        return margin.sum(1).mean() + 0.0005 * (drawn - x.flatten(1)).square().sum() / batch

    loss = tools.compiled(loss_of)

    def step():
        chosen = torch.randint(0, len(data), (batch,))
        optimizer.zero_grad()
        loss(data[chosen], labels[chosen]).backward()
        optimizer.step()

    return step


def cipher(tools, batch=512, bits=8):
    """Alice and Bob against Eve, who makes two updates for one of theirs."""
    torch, nn = tools.torch, tools.nn
    network = lambda width: nn.Sequential(nn.Linear(width, 8 * bits), nn.ReLU(), nn.Linear(8 * bits, bits), nn.Tanh())
    alice, bob, eve = network(2 * bits), network(2 * bits), network(bits)
    friends = tools.adam([*alice.parameters(), *bob.parameters()], lr=8e-4)
    listener = tools.adam(eve.parameters(), lr=8e-4)
    wrong = lambda guess, text: (guess - text).abs().mean() * bits / 2
    coin = lambda: torch.randint(0, 2, (batch, bits)).float() * 2 - 1

    def eves(text, key):
        with torch.no_grad():
            sent = alice(torch.cat([text, key], 1))
        return wrong(eve(sent), text)

    def theirs(text, key):
        sent = alice(torch.cat([text, key], 1))
        heard = wrong(bob(torch.cat([sent, key], 1)), text)
        return heard * 2 / bits + (1 - wrong(eve(sent), text) * 2 / bits).square()

    eves, theirs = tools.compiled(eves), tools.compiled(theirs)

    def step():
        for _ in range(2):
            listener.zero_grad()
            eves(coin(), coin()).backward()
            listener.step()
        friends.zero_grad()
        theirs(coin(), coin()).backward()
        friends.step()

    return step


def comm_network(tools, encoder, width, hidden, actions):
    """CommNet: in each of two rounds f(e, h, mean of the others' h), with an f of its own."""
    torch, nn = tools.torch, tools.nn

    class Team(nn.Module):
        def __init__(self):
            super().__init__()
            self.who = encoder
            self.rounds = nn.ModuleList()
            for _ in range(2):
                layers, before = [], 3 * width
                for units in hidden:
                    layers += [nn.Linear(before, units), nn.ReLU()]
                    before = units
                self.rounds.append(nn.Sequential(*layers, nn.Linear(before, width)))
            self.decide = nn.Linear(width, actions)

        def forward(self, seen):
            known = self.who(seen)
            mind = known
            for think in self.rounds:
                heard = (mind.sum(1, keepdim=True) - mind) / (mind.shape[1] - 1)
                mind = think(torch.cat([known, mind, heard], -1))
            return self.decide(mind)

    return Team()


def levers(tools, batch=64, agents=5, pool=500, width=32, rewarded=False):
    """Agents who are drawn anew pull levers; told their rank, or by REINFORCE with an exponential baseline, entropy and normalised advantages."""
    torch, nn = tools.torch, tools.nn
    team = comm_network(tools, nn.Embedding(pool, width), width, [3 * width, 3 * width], agents)
    parameters = list(team.parameters())
    optimizer = tools.adam(parameters, lr=1e-3 if rewarded else 3e-3)
    compiled = tools.compiled(team)
    places = torch.arange(agents)
    before = places[None, None, :] < places[None, :, None]
    baseline = torch.zeros(())

    def taught(ids):
        mine, other = ids[:, :, None], ids[:, None, :]
        rank = ((other < mine) | ((other == mine) & before)).sum(2)
        return nn.functional.cross_entropy(compiled(ids).flatten(0, 1), rank.flatten())

    def reinforced(ids):
        logs = compiled(ids).log_softmax(-1)
        with torch.no_grad():
            actions = torch.multinomial(logs.exp().flatten(0, 1), 1).view(batch, agents)
            pulled = nn.functional.one_hot(actions, agents).amax(1).sum(1)
            reward = (pulled - 1) / (agents - 1)
            over = reward - baseline
            advantage = (over - over.mean()) / (over.std(correction=0) + 1e-8)
            baseline.mul_(0.99).add_(0.01 * reward.mean())
        chosen = logs.gather(2, actions[..., None])[..., 0]
        entropy = -(logs.exp() * logs).sum(-1).mean()
        return -(advantage[:, None] * chosen).mean() - 0.01 * entropy

    loss = reinforced if rewarded else taught

    def step():
        ids = torch.randint(0, pool, (batch, agents))
        optimizer.zero_grad()
        loss(ids).backward()
        nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()

    return step


def simclr(tools, batch=256, side=28, temperature=0.2):
    """Two views of every image, moved, turned, scaled and bent with one interpolation; each must find the other."""
    torch, nn = tools.torch, tools.nn
    encoder = tools.layout(nn.Sequential(
        nn.Conv2d(1, 32, 5, stride=2, padding=2), nn.ReLU(), nn.Conv2d(32, 64, 5, stride=2, padding=2), nn.ReLU(),
        nn.Flatten(), nn.Linear(3136, 128), nn.ReLU(),
    ))
    projector = nn.Sequential(
        nn.Linear(128, 128, bias=False), nn.BatchNorm1d(128, eps=1e-3, momentum=0.1), nn.ReLU(), nn.Linear(128, 128)
    )
    optimizer = tools.adam([*encoder.parameters(), *projector.parameters()], lr=1e-3)
    data = torch.rand(8192, 1, side, side)
    places = torch.arange(side, dtype=torch.float32)
    smooth = torch.exp(-(places[:, None] - places[None]) ** 2 / (2 * (side / 7) ** 2))
    smooth = smooth / smooth.norm(dim=1, keepdim=True)
    views, pairs = 2 * batch, torch.cat([torch.arange(batch, 2 * batch), torch.arange(batch)])
    itself = torch.eye(views, dtype=torch.bool)

    def change(images, draws, field):
        angle = draws[:, 0] * (15 * 3.141592653589793 / 180)
        factor = 1.15 ** draws[:, 1]
        move = torch.floor(draws[:, 2:] * (0.1 * side) + 0.5) * (2 / side)
        c, s = factor * torch.cos(angle), factor * torch.sin(angle)
        theta = torch.stack([c, -s, move[:, 0], s, c, move[:, 1]], 1).view(-1, 2, 3)
        grid = nn.functional.affine_grid(theta, images.shape, align_corners=False)
        bent = torch.matmul(torch.matmul(smooth, field), smooth.T).permute(0, 2, 3, 1) * (2 / side)
        return nn.functional.grid_sample(images, grid + bent, align_corners=False)

    def loss_of(images, draws, field):
        seen = tools.layout(change(torch.cat([images, images]), draws, field))
        rows = nn.functional.normalize(projector(encoder(seen)), dim=1)
        cosines = (rows @ rows.T / temperature).masked_fill(itself, -1e9)
        return nn.functional.cross_entropy(cosines, pairs)

    loss = tools.compiled(loss_of)

    def step():
        x = data[torch.randint(0, len(data), (batch,))]
        optimizer.zero_grad()
        loss(x, 2 * torch.rand(views, 4) - 1, 3**0.5 * (2 * torch.rand(views, 2, side, side) - 1)).backward()
        optimizer.step()

    return step


def improved_gan(tools, batch=100, decay=0.9999):
    """Weight-normalized discriminator of ten classes with noise before every layer, and a generator that matches its features."""
    torch, nn = tools.torch, tools.nn
    F = nn.functional

    class Normalized(nn.Module):
        def __init__(self, width_in, width, learns):
            super().__init__()
            self.v = nn.Parameter(0.1 * torch.randn(width, width_in))
            self.g = nn.Parameter(torch.ones(width), requires_grad=learns)
            self.bias = nn.Parameter(torch.zeros(width))

        def forward(self, x):
            return F.linear(x, self.v * (self.g / self.v.norm(dim=1))[:, None], self.bias)

    class Discriminator(nn.Module):
        def __init__(self):
            super().__init__()
            widths = [784, 1000, 500, 250, 250, 250]
            self.hidden = nn.ModuleList([Normalized(a, b, False) for a, b in zip(widths, widths[1:])])
            self.last = Normalized(250, 10, True)

        def features(self, x):
            for i, layer in enumerate(self.hidden):
                x = torch.relu(layer(x + (0.5 if i else 0.3) * torch.randn_like(x)))
            return x

        def forward(self, x):
            x = self.features(x)
            return self.last(x + 0.5 * torch.randn_like(x))

    hidden = [
        layer
        for width_in in (100, 500)
        for layer in (nn.Linear(width_in, 500, bias=False), nn.BatchNorm1d(500, eps=1e-6, momentum=0.1), nn.Softplus())
    ]
    generator = nn.Sequential(*hidden, Normalized(500, 784, True), nn.Sigmoid())
    discriminator = Discriminator()
    for layer in hidden[1::3]:
        layer.weight.requires_grad_(False)
    learning = lambda network: [one for one in network.parameters() if one.requires_grad]
    judged = learning(discriminator)
    adams = [
        torch.optim.Adam(some, fused=True, lr=3e-3, betas=(0.5, 0.999), eps=1e-8) for some in (judged, learning(generator))
    ]
    average = [one.detach().clone() for one in judged]
    data, labels = torch.rand(8192, 784), torch.randint(0, 10, (8192,))
    some = lambda: torch.randint(0, len(data), (batch,))
    make = tools.compiled(lambda z: generator(z))

    def judge_loss(x, y, others, made):
        named, real, fake = discriminator(x), discriminator(others), discriminator(made)
        any_, none = torch.logsumexp(real, 1), torch.logsumexp(fake, 1)
        return F.cross_entropy(named, y) + 0.5 * (F.softplus(any_) - any_ + F.softplus(none)).mean()

    def match_loss(z, others):
        return (discriminator.features(generator(z)).mean(0) - discriminator.features(others).mean(0)).square().mean()

    judge_loss, match_loss = tools.compiled(judge_loss), tools.compiled(match_loss)

    def step():
        chosen = some()
        adams[0].zero_grad()
        with torch.no_grad():
            made = make(torch.rand(batch, 100))
        judge_loss(data[chosen], labels[chosen], data[some()], made).backward()
        adams[0].step()
        adams[1].zero_grad()
        for one in judged:
            one.requires_grad_(False)
        match_loss(torch.rand(batch, 100), data[some()]).backward()
        for one in judged:
            one.requires_grad_(True)
        adams[1].step()
        with torch.no_grad():
            torch._foreach_lerp_(average, judged, 1 - decay)

    return step


def cryptography(tools, batch=256, bits=16):
    """The networks of the reference program; everybody hears the ciphertext rounded to 256 values, and the square is taken per example."""
    torch, nn = tools.torch, tools.nn

    def network(width):
        return nn.Sequential(
            nn.Linear(width, 2 * bits), nn.Unflatten(1, (1, 2 * bits)),
            nn.Conv1d(1, 2, 2, stride=2), nn.Sigmoid(), nn.Conv1d(2, 2, 1), nn.Sigmoid(),
            nn.Conv1d(2, 1, 1), nn.Tanh(), nn.Flatten(),
        )

    alice, bob, eve = network(2 * bits), network(2 * bits), network(bits)
    friends = tools.adam([*alice.parameters(), *bob.parameters()], lr=3e-3)
    listener = torch.optim.AdamW(eve.parameters(), lr=3e-3, weight_decay=0.05, eps=1e-7, fused=True)
    wrong = lambda guess, text: (guess - text).abs().sum(1) / 2
    coin = lambda: torch.randint(0, 2, (batch, bits)).float() * 2 - 1

    def send(text, key):
        made = alice(torch.cat([text, key], 1))
        return made + (((made + 1) * 127.5).round() / 127.5 - 1 - made).detach()

    def eves(text, key):
        with torch.no_grad():
            sent = send(text, key)
        return wrong(eve(sent), text).mean()

    def theirs(text, key):
        sent = send(text, key)
        heard = wrong(bob(torch.cat([sent, key], 1)), text).mean()
        return heard / bits + 1.9 * (1 - wrong(eve(sent), text) * 2 / bits).square().mean()

    eves, theirs = tools.compiled(eves), tools.compiled(theirs)

    def step():
        friends.zero_grad()
        text, key = coin(), coin()
        theirs(text, key).backward()
        friends.step()
        for messages in ((text, key), (coin(), coin())):
            listener.zero_grad()
            eves(*messages).backward()
            listener.step()

    return step


STEPS = {
    'mlp-gan': lambda tools: gan(tools, mlp_networks(tools.nn), 128, (1, 28, 28)),
    'dcgan': lambda tools: gan(tools, dcgan_networks(tools.nn), 64, (1, 28, 28)),
    'dcgan-64': lambda tools: gan(tools, dcgan64_networks(tools.nn), 128, (3, 64, 64), together=True, signed=True),
    'vae': deep_vae, 'vae-shallow': shallow_vae, 'vae-conv': conv_vae, 'classifier': classifier, 'wgan-gp': wgan_gp,
    'r3gan': r3gan,
    'ring': lambda tools: gan(tools, ring_networks(tools.nn), 128, (2,), latent=16, together=True),
    'cipher': cipher,
    'efficient-capsnet': efficient_capsnet,
    'levers': levers,
    'simclr': simclr,
    'improved-gan': improved_gan,
    'cryptography': cryptography,
    'levers-reinforce': lambda tools: levers(tools, rewarded=True),
}

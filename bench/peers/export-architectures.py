"""Exports real architectures with random weights, as torchvision and timm have them, by both exporters of PyTorch, and stores what
PyTorch says of them: for `bench/classifiers.mjs`, which reads, differentiates and runs them.

    python3 -m venv /tmp/venv && /tmp/venv/bin/pip install torch torchvision timm onnx onnxscript
    /tmp/venv/bin/python bench/peers/export-architectures.py /tmp/exports [name ...]

Writes <name>-<exporter>.onnx, with fixed seeds, and <name>.json with <name>.bin: two images [2, 224, 224, 3] in [0, 1] (float32),
logits [2, 1000] and the gradient of the summed cross-entropy with respect to the images (float64, computed in float64).
Batch normalisations get random statistics, since those of an untrained network are constant.
"""

import json
import sys
from pathlib import Path

import numpy
import timm
import torch
import torchvision

folder = Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
MODELS = {
    'resnet18': lambda: torchvision.models.resnet18(),
    'resnet50': lambda: torchvision.models.resnet50(),
    'mobilenet_v2': lambda: torchvision.models.mobilenet_v2(),
    'mobilenet_v3_large': lambda: torchvision.models.mobilenet_v3_large(),
    'efficientnet_b0': lambda: torchvision.models.efficientnet_b0(),
    'convnext_tiny': lambda: torchvision.models.convnext_tiny(),
    'vit_b_16': lambda: torchvision.models.vit_b_16(),
    'vit_small': lambda: timm.create_model('vit_small_patch16_224'),
    'timm_mobilenetv3': lambda: timm.create_model('mobilenetv3_small_100'),
    'timm_convnext': lambda: timm.create_model('convnext_atto'),
}


def randomised(model, seed):
    generator = torch.Generator().manual_seed(seed)

    def uniform(like, low, high):
        return low + (high - low) * torch.rand(like.shape, generator=generator)

    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.copy_(uniform(module.running_mean, -0.2, 0.2))
            module.running_var.copy_(uniform(module.running_var, 0.5, 1.5))
            module.weight.data.copy_(uniform(module.weight, 0.5, 1.5))
            module.bias.data.copy_(uniform(module.bias, -0.2, 0.2))
    # Heads that begin at zero would make every answer the same.
    for name, parameter in model.named_parameters():
        if parameter.abs().sum() == 0 or 'layer_scale' in name or name.endswith('.gamma'):
            parameter.data.copy_(uniform(parameter, -0.5, 0.5))
    return model.eval()


for number, (name, make) in enumerate(MODELS.items()):
    if len(sys.argv) > 2 and name not in sys.argv[2:]:
        continue
    torch.manual_seed(number)
    model = randomised(make(), number)
    images = torch.rand(2, 224, 224, 3, generator=torch.Generator().manual_seed(99))
    example = images.permute(0, 3, 1, 2).contiguous()
    double = make().eval().double()
    double.load_state_dict({key: value.double() if value.is_floating_point() else value for key, value in model.state_dict().items()})
    given = images.double().requires_grad_()
    logits = double(given.permute(0, 3, 1, 2))
    labels = logits.argmax(1)
    torch.nn.functional.cross_entropy(logits, labels, reduction='sum').backward()
    parts = [images.numpy().tobytes(), logits.detach().numpy().tobytes(), given.grad.numpy().tobytes()]
    (folder / f'{name}.bin').write_bytes(b''.join(parts))
    versions = {'torch': torch.__version__, 'torchvision': torchvision.__version__, 'timm': timm.__version__, 'numpy': numpy.__version__}
    (folder / f'{name}.json').write_text(json.dumps({'labels': labels.tolist(), 'classes': logits.shape[1], 'versions': versions}))
    del double
    for exporter, dynamo in (('torchscript', False), ('dynamo', True)):
        path = folder / f'{name}-{exporter}.onnx'
        try:
            if dynamo:
                torch.onnx.export(model, (example,), str(path), dynamo=True, input_names=['image'], output_names=['logits'],
                                  dynamic_shapes=({0: torch.export.Dim('batch', min=1, max=1024)},), external_data=False)
            else:
                torch.onnx.export(model, (example,), str(path), dynamo=False, opset_version=17, input_names=['image'],
                                  output_names=['logits'], dynamic_axes={'image': {0: 'batch'}, 'logits': {0: 'batch'}})
            print(name, exporter, path.stat().st_size, flush=True)
        except Exception as error:  # noqa: BLE001
            print(name, exporter, 'failed:', str(error)[:300], flush=True)

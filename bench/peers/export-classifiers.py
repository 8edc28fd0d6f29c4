"""Exports small classifiers as the usual tools write them, and stores what the tools say of them: the fixtures of
`test/classifiers/fixtures`. A few kB each, random weights from fixed seeds.

    python3 -m venv /tmp/venv
    /tmp/venv/bin/pip install torch torchvision onnx onnxscript onnxruntime onnxconverter-common scikit-learn skl2onnx
    /tmp/venv/bin/python bench/peers/export-classifiers.py test/classifiers/fixtures

Writes <name>.onnx and one fixtures.json: by name three images [3, height, width, channels] in bytes, what the original answers
(probabilities or logits, from its own framework), and, of PyTorch, the gradient of the summed cross-entropy with respect to the
images in float64; with the versions of all tools.
"""

import json
import sys
from pathlib import Path

import numpy
import onnx
import onnxruntime
import sklearn
import skl2onnx
import torch
from onnxconverter_common import float16
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_dynamic, quantize_static
from skl2onnx import to_onnx
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from torch import nn

folder = Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
found = {}


def rounded(array):
    return [float(f'{number:.7g}') for number in numpy.asarray(array, numpy.float64).ravel()]


def bytes_of(images):
    return (numpy.asarray(images, numpy.float64) * 255).round().astype(int).ravel().tolist()


class Block(nn.Module):
    """What mobile networks are made of: inverted residual, squeeze and excitation, hard activations."""

    def __init__(self, channels):
        super().__init__()
        self.wide = nn.Conv2d(channels, 2 * channels, 1, bias=False)
        self.norm = nn.BatchNorm2d(2 * channels)
        self.depth = nn.Conv2d(2 * channels, 2 * channels, 3, padding=1, groups=2 * channels)
        self.squeeze = nn.Conv2d(2 * channels, 2, 1)
        self.excite = nn.Conv2d(2, 2 * channels, 1)
        self.narrow = nn.Conv2d(2 * channels, channels, 1)
        self.act, self.gate = nn.Hardswish(), nn.Hardsigmoid()

    def forward(self, x):
        y = self.act(self.depth(self.act(self.norm(self.wide(x)))))
        y = y * self.gate(self.excite(torch.relu(self.squeeze(y.mean((2, 3), keepdim=True)))))
        return x + self.narrow(y)


class Mobile(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 4, 3, stride=2, padding=1)
        self.block = Block(4)
        self.pool = nn.MaxPool2d(3, 2, 1)
        self.head = nn.Linear(4, 5)

    def forward(self, x):
        y = self.pool(torch.nn.functional.silu(self.block(nn.functional.relu6(self.stem(x)))))
        return self.head(torch.flatten(nn.functional.adaptive_avg_pool2d(y, 1), 1))


class Attentive(nn.Module):
    """What vision transformers are made of: patches, a class token, places, attention, GELU, layer norms."""

    def __init__(self):
        super().__init__()
        self.patches = nn.Conv2d(1, 8, 4, stride=4)
        self.token = nn.Parameter(torch.randn(1, 1, 8))
        self.places = nn.Parameter(torch.randn(1, 10, 8))
        self.before, self.after = nn.LayerNorm(8), nn.LayerNorm(8)
        self.qkv, self.out = nn.Linear(8, 24), nn.Linear(8, 8)
        self.up, self.down = nn.Linear(8, 16), nn.Linear(16, 8)
        self.head = nn.Linear(8, 4)

    def forward(self, x):
        y = self.patches(x).flatten(2).transpose(1, 2)
        y = torch.cat([self.token.expand(y.shape[0], -1, -1), y], 1) + self.places
        n, t, c = y.shape
        q, k, v = self.qkv(self.before(y)).reshape(n, t, 3, 2, c // 2).permute(2, 0, 3, 1, 4).unbind(0)
        y = y + self.out(nn.functional.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(n, t, c))
        y = y + self.down(nn.functional.gelu(self.up(self.after(y))))
        return torch.softmax(self.head(y[:, 0]), 1)


def of_torch(name, model, shape, *, dynamo, opset, fixed=False, logits=lambda y: y):
    model.eval()
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean.uniform_(-0.3, 0.3)
            module.running_var.uniform_(0.5, 1.5)
    images = torch.randint(0, 256, (3, *shape[1:], shape[0])) / 255
    path = folder / f'{name}.onnx'
    example = images.permute(0, 3, 1, 2).contiguous()[: 1 if fixed else 3]
    if dynamo:
        shapes = None if fixed else ({0: torch.export.Dim('batch', min=1, max=999)},)
        torch.onnx.export(model, (example,), str(path), dynamo=True, opset_version=opset, input_names=['image'],
                          output_names=['scores'], dynamic_shapes=shapes, external_data=False)
        strip(path)
    else:
        axes = {} if fixed else {'image': {0: 'batch'}, 'scores': {0: 'batch'}}
        torch.onnx.export(model, (example,), str(path), dynamo=False, opset_version=opset, input_names=['image'],
                          output_names=['scores'], dynamic_axes=axes)
    double = model.double()
    given = ((images * 255).round().double() / 255).requires_grad_()
    answer = double(given.permute(0, 3, 1, 2))
    labels = answer.argmax(1)
    torch.nn.functional.cross_entropy(logits(answer), labels, reduction='sum').backward()
    found[name] = {'images': bytes_of(images), 'shape': list(images.shape), 'answer': rounded(answer.detach()),
                   'labels': labels.tolist(), 'gradient': rounded(given.grad)}
    model.float()


def strip(path):
    """The dynamo exporter writes where in the sources each node comes from."""
    model = onnx.load(path)
    for node in model.graph.node:
        del node.metadata_props[:]
        node.doc_string = ''
    for value in [*model.graph.value_info, *model.graph.input, *model.graph.output]:
        del value.metadata_props[:]
    onnx.save(model, path)


def of_runtime(name, base):
    """A file made of another one: its answers are those of ONNX Runtime."""
    session = onnxruntime.InferenceSession(str(folder / f'{name}.onnx'), providers=['CPUExecutionProvider'])
    images = (numpy.array(found[base]['images']) / 255).astype(numpy.float32).reshape(found[base]['shape'])
    port = session.get_inputs()[0]
    given = images.transpose(0, 3, 1, 2).astype(numpy.float16 if 'float16' in port.type else numpy.float32)
    answer = numpy.concatenate([session.run(None, {port.name: given[i : i + 1]})[0] for i in range(len(given))])
    found[name] = {'imagesOf': base, 'answer': rounded(answer)}


def of_sklearn(name, model, images):
    n, size = images.shape
    pixels = images.astype(numpy.float32)
    onnx_model = to_onnx(model, pixels[:1], target_opset={'': 17, 'ai.onnx.ml': 3})
    onnx.save(onnx_model, folder / f'{name}.onnx')
    found[name] = {'images': bytes_of(pixels[:3]), 'shape': [3, 4, size // 4, 1], 'answer': rounded(model.predict_proba(pixels[:3]))}


torch.manual_seed(1)
mobile = Mobile()
of_torch('mobile-torchscript', mobile, (3, 12, 12), dynamo=False, opset=14)
of_torch('mobile-dynamo', mobile, (3, 12, 12), dynamo=True, opset=20)
of_torch('mobile-opset9', nn.Sequential(nn.Conv2d(3, 4, 3, stride=2), nn.BatchNorm2d(4), nn.ReLU6(), nn.AvgPool2d(2), nn.Flatten(),
                                        nn.Linear(16, 5), nn.LogSoftmax(1)), (3, 12, 12), dynamo=False, opset=9)
attentive = Attentive()
of_torch('attentive-torchscript', attentive, (1, 12, 12), dynamo=False, opset=17, logits=torch.log)
of_torch('attentive-dynamo', attentive, (1, 12, 12), dynamo=True, opset=18, logits=torch.log)
of_torch('attentive-fixed', attentive, (1, 12, 12), dynamo=True, opset=18, fixed=True, logits=torch.log)

half = float16.convert_float_to_float16(onnx.load(folder / 'mobile-torchscript.onnx'))
onnx.save(half, folder / 'mobile-float16.onnx')
of_runtime('mobile-float16', 'mobile-torchscript')


class Images(CalibrationDataReader):
    def __init__(self):
        images = (numpy.array(found['mobile-torchscript']['images']) / 255).astype(numpy.float32).reshape(3, 12, 12, 3)
        self.rest = iter([{'image': images.transpose(0, 3, 1, 2)}])

    def get_next(self):
        return next(self.rest, None)


for name, form in (('mobile-qdq', QuantFormat.QDQ), ('mobile-qoperator', QuantFormat.QOperator)):
    quantize_static(str(folder / 'mobile-torchscript.onnx'), str(folder / f'{name}.onnx'), Images(), quant_format=form,
                    activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8, per_channel=form == QuantFormat.QDQ)
    of_runtime(name, 'mobile-torchscript')
quantize_dynamic(str(folder / 'mobile-torchscript.onnx'), str(folder / 'mobile-dynamic.onnx'), weight_type=QuantType.QUInt8)
of_runtime('mobile-dynamic', 'mobile-torchscript')

numbers = numpy.random.default_rng(3)
pixels = numbers.integers(0, 256, (60, 16)) / 255
three = pixels[:, :3].argmax(1)
of_sklearn('sklearn-mlp', MLPClassifier((8,), max_iter=30, random_state=0).fit(pixels, three), pixels)
of_sklearn('sklearn-mlp-two', MLPClassifier((8,), max_iter=30, random_state=0).fit(pixels, three > 0), pixels)
of_sklearn('sklearn-logistic', make_pipeline(StandardScaler(), LogisticRegression()).fit(pixels, three), pixels)
of_sklearn('sklearn-logistic-two', LogisticRegression().fit(pixels, three > 0), pixels)
of_sklearn('sklearn-forest', RandomForestClassifier(3, max_depth=3, random_state=0).fit(pixels, three), pixels)

versions = {each.__name__: each.__version__ for each in (torch, onnx, onnxruntime, sklearn, skl2onnx, numpy)}
(folder / 'fixtures.json').write_text(json.dumps({'versions': versions, 'files': found}, separators=(',', ':')) + '\n')

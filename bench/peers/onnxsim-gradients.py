"""A second opinion on gradients: those of onnxsim, which differentiates slices of ONNX graphs too, on our fixtures.

    /tmp/venv/bin/pip install onnx onnxruntime onnxsim numpy
    /tmp/venv/bin/python bench/peers/onnxsim-gradients.py test/classifiers/fixtures

Prints for each file the largest difference between its gradient of the summed cross-entropy (float32) and the stored one of PyTorch
(float64), to which the tests hold ours to 1e-5, relative to the largest number; or why it has none.
"""

import json
import sys
from pathlib import Path

import numpy
import onnx
import onnxruntime
import onnxsim
from onnx import TensorProto, helper, numpy_helper, shape_inference, version_converter
from onnxsim import graph_grad, qat_graph



def within_reach(model):
    """The same model in operators that onnxsim differentiates: constants as initializers, a Flatten as a Reshape, hard activations
    as Clip; a LogSoftmax at the end is left out."""
    graph = shape_inference.infer_shapes(model).graph
    lengths = {each.name: [one.dim_value for one in each.type.tensor_type.shape.dim] for each in [*graph.value_info, *graph.output]}
    nodes, more = [], []

    def number(value, name):
        more.append(numpy_helper.from_array(numpy.array(value, numpy.float32), name))
        return name

    for i, node in enumerate(graph.node):
        attributes = {each.name: helper.get_attribute_value(each) for each in node.attribute}
        x, y = (node.input[0] if node.input else ''), node.output[0]
        if node.op_type == 'Constant':
            value = numpy_helper.to_array(attributes['value'])
            more.append(numpy_helper.from_array(value, y))
        elif node.op_type == 'Flatten':
            more.append(numpy_helper.from_array(numpy.array(lengths[y], numpy.int64), f'shape_{i}'))
            nodes.append(helper.make_node('Reshape', [x, f'shape_{i}'], [y]))
        elif node.op_type in ('HardSigmoid', 'HardSwish'):
            swish = node.op_type == 'HardSwish'
            alpha, beta = (1 / 6, 0.5) if swish else (attributes.get('alpha', 0.2), attributes.get('beta', 0.5))
            nodes.append(helper.make_node('Mul', [x, number(alpha, f'alpha_{i}')], [f'scaled_{i}']))
            nodes.append(helper.make_node('Add', [f'scaled_{i}', number(beta, f'beta_{i}')], [f'moved_{i}']))
            ends = [number(0, f'zero_{i}'), number(1, f'one_{i}')]
            nodes.append(helper.make_node('Clip', [f'moved_{i}', *ends], [f'gate_{i}' if swish else y]))
            if swish:
                nodes.append(helper.make_node('Mul', [x, f'gate_{i}'], [y]))
        elif node.op_type == 'LogSoftmax' and y == graph.output[0].name:
            nodes.append(helper.make_node('Identity', [x], [y]))
        else:
            nodes.append(node)
    made = helper.make_graph(nodes, 'graph', list(graph.input), list(graph.output), [*graph.initializer, *more])
    return helper.make_model(made, opset_imports=model.opset_import)


folder = Path(sys.argv[1])
files = json.loads((folder / 'fixtures.json').read_text())['files']
for name, fixture in files.items():
    if 'gradient' not in fixture:
        continue
    try:
        n, height, width, channels = fixture['shape']
        source = onnx.load(folder / f'{name}.onnx')
        port = source.graph.input[0].name
        batch = 1 if name.endswith('fixed') else n
        model, _ = onnxsim.simplify(source, overwrite_input_shapes={port: [batch, channels, height, width]})
        if model.opset_import[0].version < 18:
            model = version_converter.convert_version(model, 18)
        model = shape_inference.infer_shapes(within_reach(model))
        graph = model.graph
        shapes = {each.name: [one.dim_value for one in each.type.tensor_type.shape.dim]
                  for each in [*graph.input, *graph.output, *graph.value_info]}
        shapes.update({each.name: list(each.dims) for each in graph.initializer})
        output = graph.output[0].name
        builder = qat_graph.GraphBuilder('grad_')
        gradient = graph_grad.build_backward(builder, list(graph.node), shapes, {output: 'seed'}, [port])[port]
        made = helper.make_graph([*graph.node, *builder.nodes], 'both',
                                 [*graph.input, helper.make_tensor_value_info('seed', TensorProto.FLOAT, shapes[output])],
                                 [helper.make_tensor_value_info(gradient, TensorProto.FLOAT, shapes[port])],
                                 [*graph.initializer, *builder.initializer])
        both = helper.make_model(made, opset_imports=[model.opset_import[0], helper.make_opsetid('onnxsim.grad', 1)],
                                 functions=builder.functions)
        both.ir_version = 10
        if builder.functions:
            both = onnx.inliner.inline_local_functions(both)
        session = onnxruntime.InferenceSession(both.SerializeToString(), providers=['CPUExecutionProvider'])
        images = (numpy.array(fixture['images']) / 255).astype(numpy.float32).reshape(fixture['shape']).transpose(0, 3, 1, 2)
        answer = numpy.array(fixture['answer']).reshape(n, -1)
        hot = numpy.eye(answer.shape[1])[fixture['labels']]
        if name.startswith('attentive'):
            seed = -hot / answer  # of -log p
        else:
            raised = numpy.exp(answer - answer.max(1, keepdims=True))
            seed = raised / raised.sum(1, keepdims=True) - hot
        parts = [session.run(None, {port: images[i : i + batch], 'seed': seed[i : i + batch].astype(numpy.float32)})[0]
                 for i in range(0, n, batch)]
        found = numpy.concatenate(parts).transpose(0, 2, 3, 1).ravel()
        wanted = numpy.array(fixture['gradient'])
        print(name, f'{abs(found - wanted).max() / abs(wanted).max():.1e}')
    except Exception as error:  # noqa: BLE001
        print(name, 'none:', type(error).__name__, str(error)[:160])
print('onnxsim', onnxsim.__version__, 'onnx', onnx.__version__, 'onnxruntime', onnxruntime.__version__)

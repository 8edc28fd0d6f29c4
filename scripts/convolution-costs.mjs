// Times ways to compute convolutions of many sizes beside what the model of their cost expects.
//
// usage: node scripts/convolution-costs.mjs [--rounds <n>] [--form <Conv | ConvInputGradient | ConvFilterGradient>]
//
// Every row is one form of one convolution, with images in the layout of the way itself, as inside a network. Without
// `--form`, all three: the mean of their times.
import { parseArgs } from 'node:util'
import { convGeometry, convOutputShape } from '../dist/graph/conv-shape.js'
import { input } from '../dist/graph/value.js'
import { exportModel, ops as g, lower, randomStream } from '../dist/index.js'
import { candidates, directSeconds } from '../dist/lowering/convolution-costs.js'
import { nodeEngine } from '../dist/node.js'

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '7' }, form: { type: 'string' } },
})
const rounds = Number(values.rounds)
const forms = values.form ? [values.form] : ['Conv', 'ConvInputGradient', 'ConvFilterGradient']

/** Image size, channels in and out, kernel, stride, batch; padding is Keras' 'same'. */
const cases = [
  [28, 1, 64, 5, 2, 64],
  [28, 3, 64, 5, 2, 64],
  [28, 1, 32, 3, 1, 64],
  [28, 32, 32, 3, 1, 64],
  [28, 16, 16, 3, 1, 64],
  [28, 64, 1, 3, 1, 64],
  [14, 64, 128, 5, 2, 64],
  [14, 32, 64, 4, 2, 64],
  [14, 64, 64, 3, 1, 64],
  [14, 16, 32, 3, 2, 64],
  [14, 64, 64, 5, 1, 64],
  [7, 128, 256, 5, 1, 64],
  [7, 64, 64, 3, 1, 64],
  [7, 16, 16, 3, 1, 64],
  [64, 3, 64, 5, 2, 32],
  [64, 3, 64, 4, 2, 32],
  [64, 16, 16, 3, 1, 32],
  [32, 64, 128, 5, 2, 32],
  [32, 64, 128, 4, 2, 32],
  [32, 32, 32, 3, 1, 32],
  [16, 128, 256, 5, 2, 32],
  [16, 128, 256, 4, 2, 32],
  [8, 256, 512, 5, 2, 32],
  [8, 256, 512, 4, 2, 32],
  [7, 128, 256, 5, 1, 1],
  [14, 64, 128, 5, 2, 8],
]

const padsOf = (size, k, stride) => {
  const all = Math.max(0, (Math.ceil(size / stride) - 1) * stride + k - size)
  return [Math.floor(all / 2), Math.ceil(all / 2)]
}

function convolution([size, c, o, k, stride, n]) {
  const [begin, end] = padsOf(size, k, stride)
  const attributes = { strides: [stride, stride], pads: [begin, begin, end, end] }
  const [x, kernel] = [
    [n, c, size, size],
    [o, c, k, k],
  ]
  return {
    attributes,
    shapes: { x, kernel, y: convOutputShape(x, kernel, attributes), geometry: convGeometry(attributes, 2) },
  }
}

/** The forms, each summed up, with images that come in the layout of the way. */
function graphOf({ attributes, shapes }, last) {
  const image = (name, shape) => {
    if (!last) return input(name, shape)
    return g.transpose(input(name, [shape[2], shape[3], shape[0], shape[1]]), [2, 3, 0, 1])
  }
  const x = image('x', shapes.x)
  const dy = image('dy', shapes.y)
  const [o, c, kh, kw] = shapes.kernel
  const weights = input('kernel', [kh, kw, c, o])
  const kernel = g.transpose(weights, [3, 2, 0, 1])
  const write = {
    Conv: () => g.conv(x, kernel, attributes),
    ConvInputGradient: () => g.convInputGradient(dy, kernel, { ...attributes, inputShape: shapes.x }),
    ConvFilterGradient: () => g.convFilterGradient(x, dy, { ...attributes, kernelShape: shapes.kernel }),
  }
  const outputs = Object.fromEntries(forms.map((form) => [form, g.reduceSum(write[form]())]))
  const used = { Conv: [x, weights], ConvInputGradient: [dy, weights], ConvFilterGradient: [x, dy] }
  const inputs = [...new Set(forms.flatMap((form) => used[form]))].map((value) =>
    value.node.op === 'Transpose' ? value.node.inputs[0] : value,
  )
  return { inputs, outputs }
}

async function open(engine, graph, chooseForms) {
  const model = await engine.load(exportModel(lower(graph, { chooseForms }), { name: 'convolution' }))
  const feeds = Object.fromEntries(
    graph.inputs.map(({ node, shape }) => [
      node.attributes.name,
      {
        shape,
        data: randomStream(1, node.attributes.name).fillNormal(
          new Float32Array(shape.reduce((a, b) => a * b)),
        ),
      },
    ]),
  )
  return { model, feeds, times: [] }
}
const mean = (list) => list.reduce((sum, value) => sum + value, 0) / list.length
const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)]
const ms = (seconds) => (seconds * 1e3).toFixed(2).padStart(8)

const engine = await nodeEngine()
console.log(
  '  size    c    o  k s    n | direct ms  expected | way                       ms  expected | times as fast',
)
for (const one of cases) {
  const { attributes, shapes } = convolution(one)
  const ranked = candidates(shapes).sort((a, b) => a.seconds - b.seconds)
  const ways = [
    {
      name: 'direct',
      seconds: mean(forms.map((form) => directSeconds(shapes, form))),
      ...(await open(engine, graphOf({ attributes, shapes }, false), () => undefined)),
    },
  ]
  for (const { name, seconds, forms: written } of ranked.slice(0, 1))
    ways.push({ name, seconds, ...(await open(engine, graphOf({ attributes, shapes }, true), written)) })
  for (let round = 0; round < rounds + 2; round++)
    for (const { model, feeds, times } of ways) {
      const start = performance.now()
      await model.run(feeds)
      if (round >= 2) times.push((performance.now() - start) / 1e3 / forms.length)
    }
  const [direct, ...others] = ways
  for (const way of others) {
    const columns = one.map((value, i) => String(value).padStart([6, 4, 4, 2, 1, 4][i])).join(' ')
    const found = `${ms(median(direct.times))}  ${ms(direct.seconds)} | ${way.name.padEnd(18)} ${ms(median(way.times))}  ${ms(way.seconds)}`
    console.log(`${columns} | ${found} | ${(median(direct.times) / median(way.times)).toFixed(2)}`)
  }
  for (const { model } of ways) await model.close()
}
await engine.close()

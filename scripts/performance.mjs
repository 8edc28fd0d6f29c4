// The measurements of docs/performance.md: what each lowering brings, and how cost grows with batch, width and image size.
//
// usage: node scripts/performance.mjs [brings] [batch] [width] [size] [--rounds 5] [--pictures <folder>]
//
// Without names, all of them. Prints tables; with `--pictures`, also draws them.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { stepProgram } from '../bench/step-program.mjs'
import { axisAlgorithm } from '../dist/lowering/axis-algorithm.js'
import { toomCookForms } from '../dist/lowering/toom-cook-forms.js'
import { svgToPng } from '../dist/node.js'
import { LIGHT, renderSvg } from '../dist/report/index.js'
import { interleaved } from './lib/interleaved.mjs'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string', default: '5' }, pictures: { type: 'string' } },
})
const rounds = Number(values.rounds)
const variant = (label, name, settings = {}) => ({ label, program: () => stepProgram(name, settings) })

/** Tiles of four outputs, as before quadratic factors: F(4, 5), and F(4, 3) with F(4, 2) for stride 2. */
function fourPerTile(shapes) {
  if (Math.min(shapes.x[1], shapes.y[1]) < 16) return undefined
  const [height, width] = [0, 1].map((i) =>
    axisAlgorithm(
      {
        input: shapes.x[i + 2],
        output: shapes.y[i + 2],
        kernel: shapes.kernel[i + 2],
        stride: shapes.geometry.strides[i],
        begin: shapes.geometry.pads[i],
      },
      4,
    ),
  )
  return toomCookForms(shapes, height, width)
}

const studies = {
  async brings() {
    const without = (...names) => ({ lowering: { without: names } })
    return {
      title: 'One step of the DCGAN, batch 64, without one of the lowerings',
      rows: await interleaved(
        [
          variant('all', 'dcgan'),
          variant('direct convolutions', 'dcgan', { lowering: { chooseForms: () => undefined } }),
          variant('tiles of four outputs, few channels direct', 'dcgan', {
            lowering: { chooseForms: fourPerTile },
          }),
          variant('without carryLayout', 'dcgan', without('carryLayout')),
          variant('without multiplyMasks', 'dcgan', without('multiplyMasks')),
          variant('without fuseTransposes', 'dcgan', without('fuseTransposes')),
          variant('without multiplySums', 'dcgan', without('multiplySums')),
          variant('without dropTrailingOnes', 'dcgan', without('dropTrailingOnes')),
          variant('without fuseBias', 'dcgan', without('fuseBias')),
        ],
        { rounds },
      ),
    }
  },
  async batch() {
    const sizes = [8, 16, 32, 64, 128, 256]
    return {
      title: 'Milliseconds per image of a batch, DCGAN at 28 x 28',
      axis: { name: 'batch', values: sizes },
      per: 'image',
      rows: await pairs(sizes, (batchSize) => ['dcgan', { batchSize }]),
    }
  },
  async width() {
    const filters = [8, 16, 32, 64]
    return {
      title: 'Milliseconds per step, dcgan-64 by filters (batch 16, 64 x 64 x 3)',
      axis: { name: 'filters', values: filters },
      rows: await pairs(filters, (count) => ['dcgan-64', { batchSize: 16, options: { filters: count } }]),
    }
  },
  async size() {
    const sizes = [16, 28, 32, 48, 64]
    return {
      title: 'Milliseconds per step, DCGAN by height and width (batch 32)',
      axis: { name: 'height and width', values: sizes },
      rows: await pairs(sizes, (size) => ['dcgan', { batchSize: 32, shape: [size, size, 1] }]),
    }
  },
}

/** Every value both ways, the two beside each other in time. */
async function pairs(list, settingsOf) {
  const rows = []
  for (const value of list) {
    const [name, settings] = settingsOf(value)
    rows.push(
      ...(await interleaved(
        [
          variant(`${value}, as chosen`, name, settings),
          variant(`${value}, direct`, name, { ...settings, lowering: { chooseForms: () => undefined } }),
        ],
        { rounds },
      )),
    )
  }
  return rows
}

const number = (value) => (value >= 100 ? value.toFixed(0) : value.toPrecision(3))

function table({ title, rows, per }) {
  const scale = ({ batchSize }) => (per === 'image' ? 1 / batchSize : 1)
  const base = rows[0].ms
  const inPairs = rows.some(({ label }) => label.endsWith(', direct'))
  const lines = rows.map((row, i) => {
    const beside = inPairs ? rows[i - (i % 2)].ms : base
    const ratio = (row.ms / beside).toFixed(2)
    return `${row.label.padEnd(44)} ${number(row.ms * scale(row)).padStart(8)}  (${number(row.low * scale(row))} to ${number(row.high * scale(row))})  ${ratio}`
  })
  return [
    title,
    '',
    `${''.padEnd(44)}       ms  (lowest to highest of ${rounds})  times ${inPairs ? 'as chosen' : 'all'}`,
    ...lines,
    '',
  ].join('\n')
}

/** Two curves over the values, both axes logarithmic. */
function picture({ title, rows, axis, per }) {
  const curve = (ending) =>
    rows
      .filter(({ label }) => label.endsWith(ending))
      .map(({ ms, batchSize }, i) => [axis.values[i], per === 'image' ? ms / batchSize : ms])
  const series = [
    ['as chosen', '#648fff', ', as chosen'],
    ['direct convolutions', '#dc267f', ', direct'],
  ].map(([name, color, ending]) => ({
    type: 'line',
    name,
    data: curve(ending),
    itemStyle: { color },
    lineStyle: { color, width: 2 },
    symbolSize: 8,
  }))
  const all = series.flatMap(({ data }) => data.map(([, value]) => value))
  const text = { color: LIGHT.ink, fontSize: 13 }
  const label = { color: LIGHT.muted, fontSize: 12 }
  const line = { lineStyle: { color: LIGHT.line } }
  return renderSvg(
    {
      animation: false,
      backgroundColor: LIGHT.background,
      title: { text: title, left: 16, top: 10, textStyle: { ...text, fontSize: 15 } },
      legend: { top: 38, right: 20, textStyle: text },
      grid: { left: 64, right: 24, top: 76, bottom: 52 },
      xAxis: {
        type: 'category',
        data: axis.values.map(String),
        name: axis.name,
        nameLocation: 'middle',
        nameGap: 30,
        nameTextStyle: text,
        axisLabel: label,
        boundaryGap: false,
      },
      yAxis: {
        type: 'log',
        name: per === 'image' ? 'ms per image' : 'ms per step',
        nameTextStyle: { ...text, align: 'left' },
        min: 2 ** Math.floor(Math.log2(Math.min(...all))),
        max: 2 ** Math.ceil(Math.log2(Math.max(...all))),
        logBase: 2,
        axisLabel: label,
        splitLine: line,
      },
      series: series.map((one) => ({ ...one, data: one.data.map(([x, y]) => [String(x), y]) })),
    },
    640,
    360,
  )
}

const names = positionals.length > 0 ? positionals : Object.keys(studies)
for (const name of names) {
  if (!Object.hasOwn(studies, name)) {
    console.error(`there is no study "${name}"; expected ${Object.keys(studies).join(', ')}`)
    process.exit(2)
  }
  const study = await studies[name]()
  console.log(table(study))
  if (values.pictures && study.axis) {
    await mkdir(values.pictures, { recursive: true })
    await writeFile(join(values.pictures, `performance-${name}.png`), await svgToPng(picture(study)))
  }
}

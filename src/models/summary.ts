// The table of a network's layers, shapes and parameters, as Keras prints it.

import type { Network } from '../layers/network.ts'
import { countParameters } from '../layers/use.ts'
import type { LayerSummary, NetworkSummary } from '../runs/schema.ts'
import { formatCount, formatOutputShape } from '../util/format.ts'
import { sizeOf } from '../util/shape.ts'

export type { LayerSummary, NetworkSummary }

/** What there is to say about a network without its weights. */
export function summarize(network: Network): NetworkSummary {
  const layers = network.rows.map(({ name, layer, outputShape, weights }): LayerSummary => {
    const count = (all: typeof weights): number => all.reduce((sum, { shape }) => sum + sizeOf(shape), 0)
    return {
      name,
      type: layer.type,
      outputShape: [null, ...outputShape],
      parameters: count(weights),
      trainableParameters: count(weights.filter(({ trainable }) => trainable)),
    }
  })
  return {
    name: network.name,
    inputs: Object.fromEntries(Object.entries(network.inputs).map(([name, { shape }]) => [name, [...shape]])),
    layers,
    ...countParameters(network),
  }
}

/** `1,493,520 (5.70 MB)`: float32 parameters and their size in units of 1024, as Keras writes it. */
function withSize(parameters: number): string {
  const bytes = parameters * 4
  const power = Math.min(3, Math.floor(Math.log2(Math.max(bytes, 1)) / 10))
  return `${formatCount(parameters)} (${(bytes / 1024 ** power).toFixed(2)} ${['B', 'KB', 'MB', 'GB'][power]})`
}

/** Keras' summary table, as text. */
export function formatSummary(summary: NetworkSummary): string {
  const header = ['Layer (type)', 'Output Shape', 'Param #']
  const rows = summary.layers.map(({ name, type, outputShape, parameters }) => [
    `${name} (${type})`,
    formatOutputShape(outputShape),
    formatCount(parameters),
  ])
  const widths = header.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]!.length)),
  )
  const rule = (left: string, line: string, cross: string, right: string): string =>
    left + widths.map((width) => line.repeat(width + 2)).join(cross) + right
  const cells = (row: readonly string[], bar: string): string =>
    `${bar} ${row
      .map((cell, column) => (column === 2 ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!)))
      .join(` ${bar} `)} ${bar}`
  const body = rows.flatMap((row, i) => [...(i === 0 ? [] : [rule('├', '─', '┼', '┤')]), cells(row, '│')])
  return [
    `Model: "${summary.name}"`,
    rule('┏', '━', '┳', '┓'),
    cells(header, '┃'),
    rule('┡', '━', '╇', '┩'),
    ...body,
    rule('└', '─', '┴', '┘'),
    ` Total params: ${withSize(summary.total)}`,
    ` Trainable params: ${withSize(summary.trainable)}`,
    ` Non-trainable params: ${withSize(summary.nonTrainable)}`,
  ].join('\n')
}

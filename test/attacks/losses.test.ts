// The losses of white-box attacks beside their formulas.
import { expect, it } from 'vitest'
import { isWrong, type LossName, lossFor } from '../../src/attacks/losses.ts'
import { gradients } from '../../src/autodiff/index.ts'
import { reduceSum } from '../../src/graph/build.ts'
import { interpret } from '../../src/graph/interpreter.ts'
import { constant, type Value } from '../../src/graph/value.ts'
import { expectDerivatives } from '../support/differences.ts'

const Z = [
  [2, -1, 0.5, 3, 1],
  [4, 1, 2, -2, 0],
]
const LABELS = [0, 0]
const TARGETS = [3, 2]
const rows = (places: readonly number[]): Value =>
  constant(
    places.flatMap((place) => Z[0]!.map((_, k) => Number(k === place))),
    [2, 5],
  )
const logits = constant(Z.flat(), [2, 5])
const [truth, target] = [rows(LABELS), rows(TARGETS)]
const valuesOf = (name: LossName): number[] => [
  ...interpret({ y: lossFor(name, 5).of(logits, truth, target) }, {}).y!.data,
]

it('are what their papers say', () => {
  const sorted = Z.map((row) => [...row].sort((a, b) => b - a))
  const close = (name: LossName, wanted: readonly number[]) =>
    valuesOf(name).forEach((value, i) => {
      expect(value).toBeCloseTo(wanted[i]!, 6)
    })
  close('margin', [1, -2])
  close(
    'dlr',
    [1, -2].map((margin, i) => margin / (sorted[i]![0]! - sorted[i]![2]!)),
  )
  close(
    'targeted-dlr',
    Z.map((row, i) => {
      const [first, , third, fourth] = sorted[i] as [number, number, number, number]
      return -(row[0]! - row[TARGETS[i]!]!) / (first - (third + fourth) / 2)
    }),
  )
  close(
    'ce',
    Z.map((row) => Math.log(Math.expm1(Math.log(row.reduce((sum, z) => sum + Math.exp(z - row[0]!), 0))))),
  )
})

it.each(['ce', 'margin', 'dlr', 'targeted-dlr'] as const)(
  '%s has the gradient that differences have',
  (name) => {
    expectDerivatives(({ z }) => lossFor(name, 5).of(z, truth, target), {
      z: { shape: [2, 5], data: Float64Array.from(Z.flat()) },
    })
  },
)

it('cross-entropy points the same way for a classifier that is sure beyond float32', () => {
  const sure = constant([90, 0, 1, -2, 0], [1, 5])
  const y = constant([1, 0, 0, 0, 0], [1, 5])
  const [slope] = gradients(reduceSum(lossFor('ce', 5).of(sure, y, y)), [sure])
  const found = [...interpret({ slope: slope! }, {}).slope!.data]
  expect(found[0]).toBe(-1)
  expect(found.slice(1).reduce((a, b) => a + b)).toBeCloseTo(1, 12)
  expect(found[2]! / found[1]!).toBeCloseTo(Math.E, 10)
})

it('an image is named wrongly when another class leads by more than rounding', () => {
  const close = constant([1, 1 + 1e-7, 0, 1, 1.001, 0], [2, 3])
  const y = constant([1, 0, 0, 1, 0, 0], [2, 3])
  expect([...interpret({ wrong: isWrong(close, y) }, {}).wrong!.data]).toEqual([0, 1])
})

it('refuse classifiers with too few classes', () => {
  expect(() => lossFor('dlr', 2)).toThrow(
    'the loss "dlr" compares 3 classes, this classifier has 2; use the loss "margin"',
  )
  expect(lossFor('margin', 2).targeted).toBe(false)
})

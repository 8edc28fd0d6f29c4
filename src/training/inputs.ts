// The inputs of a step that are fed afresh every time, made while it is written.
import type { Column, Columns } from '../data/source.ts'
import { cast, mul } from '../graph/build.ts'
import { type DType, input, type Value } from '../graph/value.ts'
import type { RandomSource } from '../layers/layer.ts'
import type { NamedValues } from '../layers/ports.ts'
import { ConfigError } from '../util/errors.ts'
import type { Shape } from '../util/shape.ts'

/** One array fed afresh at every step, of this shape per step. */
export type FeedSpec = { readonly name: string; readonly shape: Shape } & (
  | {
      readonly kind: 'column'
      readonly column: string
      readonly dtype: Column['dtype']
      readonly draw: number
    }
  | { readonly kind: 'dropout'; readonly rate: number }
  | { readonly kind: 'uniform'; readonly low: number; readonly high: number }
  | { readonly kind: 'normal'; readonly mean: number; readonly deviation: number }
  /** A number that follows from the step. */
  | { readonly kind: 'number'; at(step: number): number }
)

/** Columns have their own type, dropout masks are bytes, everything else is float32. */
export const dtypeOf = (spec: FeedSpec): Column['dtype'] & DType =>
  spec.kind === 'column' ? spec.dtype : spec.kind === 'dropout' ? 'uint8' : 'float32'

/** Inputs made while a step is written, each once. */
export class Feeds {
  readonly specs: FeedSpec[] = []
  readonly values = new Map<string, Value>()

  add(spec: FeedSpec): Value {
    const before = this.values.get(spec.name)
    if (before) return before
    const value = input(spec.name, spec.shape, dtypeOf(spec))
    this.values.set(spec.name, value)
    this.specs.push(spec)
    return value
  }

  /** A scalar that follows from the step. */
  number(name: string, at: (step: number) => number): Value {
    return this.add({ kind: 'number', name, shape: [], at })
  }

  /** Random inputs named `prefix/kind-number`. */
  random(prefix: string): RandomSource {
    let count = 0
    return {
      dropout: (shape, rate) => {
        const kept = this.add({ kind: 'dropout', name: `${prefix}/dropout-${count++}`, shape, rate })
        return mul(cast(kept, 'float32'), 1 / (1 - rate))
      },
      uniform: (shape, low = 0, high = 1) =>
        this.add({ kind: 'uniform', name: `${prefix}/uniform-${count++}`, shape, low, high }),
      normal: (shape, mean = 0, deviation = 1) =>
        this.add({ kind: 'normal', name: `${prefix}/normal-${count++}`, shape, mean, deviation }),
    }
  }

  /** Batch number `draw` of a step by columns, each of which becomes an input only when it is asked for. */
  data(columns: Columns, batchSize: number, draw: number): NamedValues {
    const values = Object.defineProperties(
      {},
      Object.fromEntries(
        Object.entries(columns).map(([column, { shape, dtype, count = batchSize }]) => [
          column,
          {
            enumerable: true,
            get: () =>
              this.add({
                kind: 'column',
                name: draw === 0 ? column : `${column}-${draw}`,
                shape: [count, ...shape],
                column,
                dtype,
                draw,
              }),
          },
        ]),
      ),
    )
    return new Proxy(values, {
      get(target, column, receiver) {
        if (typeof column === 'symbol' || column in target) return Reflect.get(target, column, receiver)
        const names = Object.keys(columns)
        throw new ConfigError(
          `a phase asks for the column "${column}" of the data, which has ${names.length > 0 ? names.join(', ') : 'no columns'}; use data that has it${column === 'labels' ? ': digits, mnist, IDX files with labels, or a folder with one sub-folder of images per class' : ''}`,
        )
      },
    })
  }
}

// The state of a training: where it begins, and whether arrays from elsewhere are such a state.
import type { SavedSource } from '../data/source.ts'
import type { StateArrays } from '../runtime/engine.ts'
import { DataError } from '../util/errors.ts'
import { randomStream } from '../util/random.ts'
import { formatShape, type Shape, sameShape, sizeOf } from '../util/shape.ts'
import type { StateSpec } from './step.ts'

/** Where a run stands: its arrays after step `step` (-1 before the first). */
export interface TrainingState {
  readonly step: number
  readonly arrays: StateArrays
  /** The state of the data's source, where it has one. */
  readonly source?: SavedSource | undefined
  /** Shapes of the arrays, where they are known: a state to continue from is held against the model's. */
  readonly shapes?: Readonly<Record<string, Shape>>
}

/** A loss or a weight that is not a finite number. */
export class DivergedError extends Error {
  override readonly name = 'DivergedError'
  readonly step: number
  readonly what: string
  readonly detail: string
  constructor(what: string, step: number, detail: string, diagnosis?: string) {
    super(
      diagnosis ??
        `${what} is ${detail} at step ${step}: training has diverged. Lower the learning rate or change the seed.`,
    )
    this.what = what
    this.step = step
    this.detail = detail
  }
}

/**
 * The arrays a run starts from. Slots of optimizers are zero.
 *
 * @param given  arrays of which some of the state is to be a copy, by name
 */
export function initialState(
  state: readonly StateSpec[],
  seed: number,
  given: StateArrays = {},
): StateArrays {
  return Object.fromEntries(
    state.map(({ name, shape, initializer, startsAs = name }) => [
      name,
      given[name]?.slice() ??
        ((initializer?.fill(shape, randomStream(seed, `initial/${startsAs}`)) ??
          new Float32Array(sizeOf(shape))) as Float32Array<ArrayBuffer>),
    ]),
  )
}

/** What is said of a weight that is no number. */
export const divergedWeight = (name: string, value: number, step: number): DivergedError =>
  new DivergedError(`weight "${name}"`, step, String(value))

/** @throws DivergedError naming the first number that is not finite */
export function checkFinite(arrays: StateArrays, step: number): void {
  for (const [name, data] of Object.entries(arrays))
    for (let i = 0; i < data.length; i++)
      if (!Number.isFinite(data[i]!)) throw divergedWeight(name, data[i]!, step)
}

/**
 * Holds arrays against the weights, or the whole state, that they are to fill.
 *
 * @throws DataError naming the first that is missing, or has another type, length or shape
 */
export function checkFits(
  { arrays, shapes }: Pick<TrainingState, 'arrays' | 'shapes'>,
  state: readonly Pick<StateSpec, 'name' | 'shape'>[],
): void {
  for (const { name, shape } of state) {
    const got = Object.hasOwn(arrays, name) ? arrays[name] : undefined
    const shaped = shapes?.[name]
    const fits =
      got instanceof Float32Array &&
      got.length === sizeOf(shape) &&
      (shapes === undefined || (shaped !== undefined && sameShape(shaped, shape)))
    if (fits) continue
    const found = !got
      ? 'it is missing'
      : !(got instanceof Float32Array)
        ? 'its numbers are of another type than float32'
        : `it has ${got.length}${shaped ? ` ${formatShape(shaped)}` : ''}`
    throw new DataError(
      `the state to continue from does not fit the model: "${name}" should have ${sizeOf(shape)} numbers ${formatShape(shape)}, ${found}`,
    )
  }
}

/**
 * Holds arrays with which some of the state is to begin against it.
 *
 * @throws DataError naming the first that it does not have, or that has another length
 */
export function checkKnown(arrays: StateArrays, state: readonly Pick<StateSpec, 'name' | 'shape'>[]): void {
  const names = Object.keys(arrays)
  const stray = names.find((name) => !state.some((spec) => spec.name === name))
  if (stray !== undefined)
    throw new DataError(`the weights to begin with do not fit the model: it has no "${stray}"`)
  checkFits(
    { arrays },
    state.filter(({ name }) => names.includes(name)),
  )
}

/**
 * Whether a state is one that training an objective may have left.
 *
 * @throws DataError when its arrays are those of something else; DivergedError when a number is not finite
 */
export function checkTrained(trained: TrainingState, state: readonly StateSpec[]): void {
  checkFits(trained, state)
  checkFinite(trained.arrays, trained.step)
}

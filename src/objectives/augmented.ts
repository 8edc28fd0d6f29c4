// Any objective on examples that are changed by chance.
import { augment, type Chosen } from '../augmentations/index.ts'
import type { Value } from '../graph/value.ts'
import type { NamedValues } from '../layers/ports.ts'
import { ConfigError } from '../util/errors.ts'
import { type Objective, objective } from './objective.ts'
import { isDescent, type PhaseContext } from './phase.ts'

export interface AugmentedOptions {
  /** What is done to each image, in this order. */
  readonly augmentations: readonly Chosen[]
  /** The column of images; default `images`. */
  readonly column?: string
}

/** Data whose one column is what is made of it, once, when it is asked for. */
function changed(data: NamedValues, column: string, change: (images: Value) => Value): NamedValues {
  let made: Value | undefined
  return new Proxy(data, {
    get(target, name, receiver) {
      const value = Reflect.get(target, name, receiver)
      if (name !== column) return value
      made ??= change(value)
      return made
    },
  })
}

/**
 * The same objective, whose phases see images of the data that were changed by chance, each phase in its own way, in every step anew.
 * Validation measures on the images as they are.
 *
 * @throws ConfigError when there are no augmentations
 */
export function augmented<Name extends string>(
  original: Objective<Name>,
  { augmentations, column = 'images' }: AugmentedOptions,
): Objective<Name> {
  if (augmentations.length === 0)
    throw new ConfigError(`augmented "${original.name}": expected at least one augmentation, got none`)
  return objective({
    ...original,
    phases: original.phases.map((phase) => {
      if (!isDescent(phase)) return phase
      return {
        ...phase,
        loss(context: PhaseContext<Name>) {
          const { training, data, random } = context
          if (!training) return phase.loss(context)
          const change = (images: Value): Value => augment(images, augmentations, { random })
          return phase.loss({ ...context, data: changed(data, column, change) })
        },
      }
    }),
  })
}

// What models of capsules share: options, what they ask of the data, and the objective of their networks.
import { z } from 'zod'
import type { Network } from '../layers/network.ts'
import { outputNamed } from '../layers/use.ts'
import { CAPSULES, capsules } from '../objectives/capsules.ts'
import type { Objective } from '../objectives/objective.ts'
import type { Optimizer } from '../optimizers/optimizer.ts'
import { ConfigError } from '../util/errors.ts'
import { formatShape, type Shape } from '../util/shape.ts'
import { withAugment } from './augment-option.ts'
import { capsuleDecoder } from './capsule-decoder.ts'
import type { DataFacts } from './model.ts'

/** Options of every model of capsules. */
export const capsuleOptions = {
  decoder: z
    .boolean()
    .default(true)
    .describe(
      'whether a decoder draws each image from the capsule of its class, which keeps capsules to what is there',
    ),
  reconstruction: z
    .number()
    .min(0)
    .default(0.0005)
    .describe(
      'weight of the squared differences between an image and what the decoder draws, summed over pixels (0.392 of their mean over 28 x 28)',
    ),
}

/** How many labels an example has: one, or as many as the column is long. @throws ConfigError where the data has no labels */
export function labelsOf(model: string, { columns: { labels } }: DataFacts): number {
  if (!labels) throw new ConfigError(`${model} learns labels, and the data has none; use labelled data`)
  if (labels.shape.length > 1)
    throw new ConfigError(
      `${model}: expected one label for each image, or a list of them, got ${formatShape(labels.shape)}`,
    )
  return labels.shape[0] ?? 1
}

/**
 * An objective whose training images are changed by chance, where that is asked for.
 *
 * @throws ConfigError where what each label looks like by itself is in the data, which would not be changed with the images
 */
export function withChanges(
  objective: Objective,
  augment: string | undefined,
  { columns }: Pick<DataFacts, 'columns'>,
): Objective {
  if (augment !== undefined && 'parts' in columns)
    throw new ConfigError(
      `${objective.name}: --augment would change the images and not what each of their labels looks like by itself; leave it out, or use data of one label`,
    )
  return withAugment(objective, augment)
}

/** The number of classes. @throws ConfigError where it is not known */
export function classesOf(model: string, { classes }: DataFacts): number {
  if (classes === undefined)
    throw new ConfigError(`${model}: the number of classes is not known; give it as \`classes\``)
  return classes
}

/** The objective of a network of capsules, with its decoder where one is wanted. */
export const capsuleObjective = (
  name: string,
  classifier: Network,
  imageShape: Shape,
  facts: DataFacts,
  { decoder, reconstruction, optimizer }: { decoder: boolean; reconstruction: number; optimizer: Optimizer },
): Objective =>
  capsules({
    name,
    classifier,
    ...(decoder ? { decoder: capsuleDecoder(outputNamed(classifier, CAPSULES).shape, imageShape) } : {}),
    optimizer,
    reconstruction,
    labels: labelsOf(name, facts),
  })

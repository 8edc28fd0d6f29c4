// `critic.jsonl`: rounds in which a person told real images from generated ones, one line each.
import { z } from 'zod'

const count = z.int().min(0)
const verdicts = z.array(z.boolean()).min(1)

/** A line of it. All lists are by image. */
export const criticRowSchema = z
  .object({
    at: z.iso.datetime(),
    /** The step of the weights that generated, and judged. */
    step: count,
    /** From which all of the round was drawn: what is real, which real images, which latents. */
    seed: z.int(),
    /** Which part of the data the real images were taken from. */
    reals: z.enum(['held-out', 'training']),
    isReal: verdicts,
    saidReal: verdicts,
    /** What the run's critic network gave; null for models that have none. */
    probabilityOfReal: z.array(z.number().min(0).max(1)).nullable(),
  })
  .refine(
    ({ isReal, saidReal, probabilityOfReal }) =>
      saidReal.length === isReal.length && (probabilityOfReal?.length ?? isReal.length) === isReal.length,
    'the lists must be of one length',
  )
export type CriticRow = z.infer<typeof criticRowSchema>

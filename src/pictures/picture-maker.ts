// What makes figures of one kind, at the end of a training and when a report is made anew.
import type { DataSplits, Dataset, Examples } from '../data/index.ts'
import type { Objective } from '../objectives/objective.ts'
import type { ReportFigure } from '../report/index.ts'
import type { RunFolder } from '../runs/node/index.ts'
import type { Engine } from '../runtime/engine.ts'
import type { Weights } from '../training/functions.ts'
import { DataError } from '../util/errors.ts'

/** The images that figures show: held out ones, where there are any. */
export interface ShownImages {
  readonly dataset: Dataset
  readonly part: 'held-out' | 'training'
}

/** Examples that figures show, whatever they are: held out ones, where there are any. */
export interface ShownExamples {
  readonly examples: Examples
  readonly part: 'held-out' | 'training'
}

export interface PictureContext {
  readonly run: RunFolder
  readonly engine: Engine
  readonly objective: Objective
  readonly weights: Weights
  /** The last step that made these weights. */
  readonly step: number
  /** The images to show, loaded when first asked for; undefined when they cannot be had, which the report then says. */
  images(): Promise<ShownImages | undefined>
  /** The training part of the data, where it is a set; undefined when it cannot be had. */
  examples(): Promise<Examples | undefined>
  /** The examples to show, of any set; undefined when they cannot be had. */
  shown(): Promise<ShownExamples | undefined>
}

/** What figures need of a run's data. */
export interface PictureData {
  readonly images?: DataSplits | undefined
  readonly examples?: Examples | undefined
  /** Those that were not trained on. */
  readonly heldOut?: Examples | undefined
}

/** Makes the figures of its kind that can be made, of what an objective offers. */
export type PictureMaker = (context: PictureContext) => Promise<readonly ReportFigure[]>

/**
 * A run's data, loaded once. Data that is gone or was changed costs only the figures of it.
 *
 * @param missing  takes the reason why it cannot be had
 */
export function dataOnce(
  load: () => Promise<PictureData>,
  missing: string[],
): Pick<PictureContext, 'images' | 'examples' | 'shown'> {
  const once = async (): Promise<PictureData | undefined> => {
    try {
      return await load()
    } catch (error) {
      if (!(error instanceof DataError)) throw error
      missing.push(`Figures of the data's images: ${error.message}`)
      return undefined
    }
  }
  let loading: Promise<PictureData | undefined> | undefined
  const data = (): Promise<PictureData | undefined> => {
    loading ??= once()
    return loading
  }
  return {
    async images() {
      const images = (await data())?.images
      if (!images) return undefined
      const { train, test } = images
      return test ? { dataset: test, part: 'held-out' } : { dataset: train, part: 'training' }
    },
    examples: async () => (await data())?.examples,
    async shown() {
      const { examples, heldOut } = { ...(await data()) }
      if (heldOut) return { examples: heldOut, part: 'held-out' }
      return examples && { examples, part: 'training' }
    },
  }
}

// The job that trains the classifier through which measures look at samples: once for a data set, for all jobs that measure.
import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { cacheFolder } from '../../../data/node/index.ts'
import { imagesIn } from '../../../lifecycle/run-data.ts'
import { openExtractor } from '../../../measuring/extractor.ts'
import { extractorPlan } from '../../../measuring/extractor-training.ts'
import { makeFolder } from '../../../runs/node/disk.ts'
import { nodeEngine } from '../../../runtime/node.ts'
import type { JobKind, Options } from '../../kind.ts'
import { FOLDER, isNamed, loadJobData, placesFor } from '../data.ts'

/** The folder in which a cache keeps extractors, and in which this job leaves one. */
const EXTRACTORS = 'extractors'

interface Wanted {
  readonly data: string
  readonly dataOptions: Options
  readonly form: Options
}

export const extractorKind: JobKind = {
  name: 'extractor',
  called: 'an extractor of features',
  leaves: 'files',

  async understand(given, hashes) {
    const { data, dataOptions, form } = given as unknown as Wanted
    const wanted = { data, options: dataOptions, form }
    return {
      options: { data: isNamed(data) ? data : FOLDER, dataOptions, form },
      data: { train: await hashes.of(wanted, 'train'), test: await hashes.of(wanted, 'test') },
      places: placesFor(data, 'train'),
    }
  },

  work: () => ({ amount: 4690, unit: 'steps', pace: 'extractor' }),

  async run({ job, folder, signal, progress }) {
    const { data, dataOptions, form } = job.request.options as unknown as Wanted
    const loaded = await loadJobData(job, { data, options: dataOptions, form, role: 'train' }, signal)
    const { train, test } = imagesIn(loaded)
    const engine = await nodeEngine()
    try {
      // In the user's cache, where an interrupted training goes on, and whoever evaluates finds it too.
      const extractor = await openExtractor(
        engine,
        { train, test },
        { signal, onProgress: ({ step, steps }) => progress(step / steps) },
      )
      await extractor.close()
      const { key } = extractorPlan(train)
      const files = [`${key}.json`, `${key}-${extractor.record.hash.slice(0, 16)}.onnx`]
      await makeFolder(join(folder, EXTRACTORS))
      for (const name of files)
        await copyFile(join(cacheFolder(), EXTRACTORS, name), join(folder, EXTRACTORS, name))
      return {
        found: { measures: [], training: [], estimators: [] },
        files: files.map((name) => `${EXTRACTORS}/${name}`),
      }
    } finally {
      await engine.close()
    }
  },
}

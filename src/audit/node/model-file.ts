// The model that is audited, by the name that people give: an ONNX file, or the classifier of a run.
import { stat } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, resolve } from 'node:path'
import { networkBytes } from '../../lifecycle/networks.ts'
import { openOwnRun } from '../../lifecycle/own-code.ts'
import { runParts } from '../../lifecycle/run-parts.ts'
import { type Beside, filesBeside } from '../../onnx/one-file.ts'
import { DataError } from '../../util/errors.ts'
import { FILES } from '../../util/limits.ts'
import { readBytes } from '../../util/node/read-file.ts'

export interface ModelFile {
  readonly bytes: Uint8Array
  readonly name: string
  /** Absolute. */
  readonly file: string
  /** The files beside it in which it keeps tensors. */
  readonly beside?: Beside
  /** The data that it was trained on, where it is of a run: what it is audited on unless other data is named. */
  readonly data?: {
    readonly name: string
    readonly folder?: string
    readonly options?: Readonly<Record<string, unknown>>
  }
}

/** Names of the files that a model keeps tensors in; none of one that cannot be read, which is told where it is opened. */
function namesBeside(bytes: Uint8Array): string[] {
  try {
    return filesBeside(bytes)
  } catch {
    return []
  }
}

/** @throws DataError when there is no such file, or the run has no network that names classes */
export async function modelFile(given: string): Promise<ModelFile> {
  const found = await stat(given).catch(() => undefined)
  if (!found)
    throw new DataError(
      `there is no file and no run "${given}": expected an .onnx file, or the folder of a run that trained a classifier`,
    )
  if (!found.isDirectory()) {
    const bytes = await readBytes(given, FILES.network)
    const beside = new Map<string, Uint8Array>()
    // A name that leads elsewhere is refused where the model is read; one that is not there is told there.
    for (const name of namesBeside(bytes))
      if (!name.includes('..') && !isAbsolute(name))
        await readBytes(join(dirname(given), name), FILES.network).then(
          (file) => beside.set(name, file),
          () => {},
        )
    return { bytes, name: basename(given), file: resolve(given), beside: (name) => beside.get(name) }
  }
  return ofRun(given)
}

/** The classifier that a run trained. */
async function ofRun(given: string): Promise<ModelFile> {
  const run = await openOwnRun(given)
  const { classifier } = runParts(run.config)
  if (!classifier)
    throw new DataError(
      `${given}: the model ${run.config.model} has no network that names classes; expected a run of a classifier, or an .onnx file`,
    )
  // Of several sets the first is that whose images were held out.
  const { name, folder, options } = run.config.data.parts?.[0] ?? run.config.data
  return {
    bytes: await networkBytes(run, classifier),
    name: `${classifier}.onnx`,
    file: join(run.folder, `${classifier}.onnx`),
    data: { name, ...(folder ? { folder } : {}), ...(options ? { options } : {}) },
  }
}

// What takes bytes from strangers: how each kind of file is read, seeded, and mutated.
// @ts-check
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readConfigFile } from '../../../dist/cli/config-file.js'
import { resolveGiven } from '../../../dist/cli/resolve.js'
import { loadFolder } from '../../../dist/data/node/folder.js'
import { decodeSafetensors } from '../../../dist/formats/safetensors.js'
import { recordedSettings } from '../../../dist/lifecycle/recorded-run.js'
import { commonSettings } from '../../../dist/lifecycle/request.js'
import { settingsOf } from '../../../dist/lifecycle/setting.js'
import { modelNamed } from '../../../dist/models/index.js'
import { importModel } from '../../../dist/onnx/import.js'
import { readCritic } from '../../../dist/runs/node/critic.js'
import { openRun } from '../../../dist/runs/node/index.js'
import { mutateGzip, mutateImage, mutateSafetensors } from './format-mutate.mjs'
import { mutateJsonFile, mutateLines } from './mutate.mjs'
import { mutateOnnx } from './onnx-mutate.mjs'
import { runConfig } from './seeds.mjs'

/**
 * @typedef {object} Target
 * @property {string} group  several kinds of file that `--target` names together
 * @property {(bytes: Uint8Array<ArrayBuffer>, random: import('./mutate.mjs').Random, other: Uint8Array, tokens?: readonly Uint8Array[]) => Uint8Array<ArrayBuffer>} mutate
 * @property {readonly string[]} [tokens]  texts that mean something in the format
 * @property {(folder: string) => Promise<(bytes: Uint8Array<ArrayBuffer>) => unknown>} open  a reader, given a folder of its own
 */

/** Writes the bytes as a file of a folder, then reads it as users' files are read. */
const file =
  (/** @type {string} */ name, /** @type {(folder: string, path: string) => Promise<unknown>} */ read) =>
  async (/** @type {string} */ folder) => {
    const path = join(folder, name)
    return async (/** @type {Uint8Array} */ bytes) => {
      await writeFile(path, bytes)
      return read(folder, path)
    }
  }

/** The same for a file of a run's folder. */
const record =
  (
    /** @type {string} */ name,
    /** @type {(run: Awaited<ReturnType<typeof openRun>>) => Promise<unknown>} */ read,
  ) =>
  async (/** @type {string} */ folder) => {
    await writeFile(join(folder, 'config.json'), JSON.stringify(runConfig))
    return file(name, async () => read(await openRun(folder)))(folder)
  }

const settings = ['mlp-gan', 'vae'].map((name) => {
  const { options, defaults } = modelNamed(name)
  return settingsOf(commonSettings, { ...defaults }).concat(settingsOf(options, { ...defaults }))
})

/** @type {Record<string, Target>} */
export const TARGETS = {
  onnx: {
    group: 'onnx',
    mutate: mutateOnnx,
    tokens: [
      'Range',
      'ConstantOfShape',
      'Tile',
      'Expand',
      'Resize',
      'Loop',
      'then_branch',
      'value',
      'com.microsoft',
    ],
    open: async () => (bytes) => importModel(bytes, { batch: 2, dimensions: { height: 4, width: 4 } }),
  },
  idx: {
    group: 'idx',
    mutate: mutateGzip,
    open: file('train-images-idx3-ubyte', (folder) => loadFolder(folder)),
  },
  safetensors: {
    group: 'safetensors',
    mutate: mutateSafetensors,
    tokens: ['"dtype":"I64"', '"data_offsets":[0,8]', '"__metadata__":{', '"shape":[]'],
    open: async () => (bytes) => decodeSafetensors(bytes),
  },
  images: {
    group: 'images',
    mutate: mutateImage,
    tokens: ['IHDR', 'IDAT', 'PLTE', 'tRNS', 'Exif\0\0', 'JFIF', '\xff\xc0', '\xff\xda', 'acTL', 'iCCP'],
    open: file('image.png', (folder) => loadFolder(folder, { imageSize: { height: 8, width: 8 } })),
  },
  config: {
    group: 'configs',
    mutate: mutateJsonFile,
    open: file('config.json', async (folder) => recordedSettings((await openRun(folder)).config)),
  },
  status: {
    group: 'configs',
    mutate: mutateJsonFile,
    open: record('status.json', (run) => run.readStatus()),
  },
  evaluation: {
    group: 'configs',
    mutate: mutateJsonFile,
    open: record('evaluation.json', (run) => run.readEvaluation()),
  },
  settings: {
    group: 'configs',
    mutate: mutateJsonFile,
    open: file('settings.json', async (_folder, path) => {
      const read = await readConfigFile(path)
      return settings.map((known) => resolveGiven(known, { flags: {}, environment: {}, file: read }))
    }),
  },
  metrics: {
    group: 'logs',
    mutate: mutateLines,
    open: record('metrics.jsonl', (run) => run.readLog('metrics')),
  },
  timings: {
    group: 'logs',
    mutate: mutateLines,
    open: record('timings.jsonl', (run) => run.readLog('timings')),
  },
  events: {
    group: 'logs',
    mutate: mutateLines,
    open: record('events.jsonl', (run) => run.readLog('events')),
  },
  critic: {
    group: 'logs',
    mutate: mutateLines,
    open: record('critic.jsonl', (run) => readCritic(run.folder)),
  },
}

/** Kinds of file by the name of one, or of a group. @param {string} name */
export const targetsNamed = (name) =>
  Object.keys(TARGETS).filter((kind) => name === 'all' || kind === name || TARGETS[kind]?.group === name)

/** The errors that a file may give. */
const OURS = new Set(['DataError', 'ConfigError', 'ShapeError', 'UnsupportedError'])
/** What an error of ours must not hide. */
const HIDDEN = /call stack|Invalid (typed )?array length|allocation failed|is not a function|Cannot read prop/

/**
 * How a file was taken: `result`, or the name of a clear error; a `fault` is anything else that was thrown.
 *
 * @param {(bytes: Uint8Array<ArrayBuffer>) => unknown} read
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @returns {Promise<{ outcome: string, fault?: string }>}
 */
export async function outcomeOf(read, bytes) {
  try {
    await read(bytes)
    return { outcome: 'result' }
  } catch (error) {
    const { name = 'none', message = String(error), stack = '' } = error instanceof Error ? error : {}
    if (OURS.has(name) && message.length > 10 && !HIDDEN.test(message)) return { outcome: name }
    return { outcome: 'fault', fault: `${name}: ${message}\n${stack.split('\n').slice(1, 5).join('\n')}` }
  }
}

// What an audit can be told, as settings of the command line.
import { z } from 'zod'
import { FILES, MOST } from '../../util/limits.ts'
import { readText } from '../../util/node/read-file.ts'

const numbers = (what: string) =>
  z
    .string()
    .regex(/^\s*[-+.\de]+(\s*,\s*[-+.\de]+)*\s*$/i, `expected ${what}, separated by commas`)
    .optional()

/** Settings of `sparring audit`, besides the model, the data and the folder. */
export const auditSettings = z.object({
  norm: z
    .enum(['linf', 'l2'])
    .default('linf')
    .describe('how changes are measured: the largest of a pixel, or the Euclidean length of all'),
  eps: z
    .number()
    .min(0)
    .max(1e6)
    .optional()
    .describe(
      'how large they may be, pixels being in [0, 1] (default: 0.3 for grey images, 8/255 for others; l2: 2)',
    ),
  n: z.int().min(2).max(1_000_000).default(1000).describe('how many held-out images are tried'),
  budget: z
    .enum(['quick', 'standard', 'full'])
    .default('standard')
    .describe('a first look, the standard ensemble of attacks, or more than that'),
  seed: z.int().min(0).default(0).describe('seed of all random choices'),
  batch: z.int().min(1).max(4096).optional().describe('images at once (default: by their size)'),
  threads: z.int().min(0).max(MOST.threads).default(0).describe('threads of the runtime; 0 for one per core'),
  layout: z
    .enum(['NCHW', 'NHWC'])
    .optional()
    .describe('whether channels are the second or the last axis, where the file does not show it'),
  mean: numbers('a number for each channel').describe(
    'subtracted from each channel of images in [0, 1], e.g. 0.485,0.456,0.406',
  ),
  std: numbers('a number for each channel').describe('what the rest is divided by, e.g. 0.229,0.224,0.225'),
  scale: z.number().positive().optional().describe('what pixels in [0, 1] are multiplied by first, e.g. 255'),
  image: z
    .string()
    .regex(/^\d+x\d+x\d+$/, 'expected height x width x channels, e.g. 28x28x1')
    .optional()
    .describe('size of the images, height x width x channels, where the file leaves it open, e.g. 28x28x1'),
  output: z.string().optional().describe('name of the output that gives the scores, where there are several'),
  classes: z.int().min(2).optional().describe('number of classes, where the file does not tell it'),
  certify: z
    .number()
    .positive()
    .max(100)
    .optional()
    .describe('certify the model under noise of this deviation, e.g. 0.5 (randomized smoothing)'),
  certifyN: z.int().min(100).max(10_000_000).default(10_000).describe('draws of noise for each certificate'),
  patch: z
    .int()
    .min(0)
    .optional()
    .describe(
      'train a patch that turns images into this class (default: with the full budget, into class 0)',
    ),
  patchSize: z.number().min(5).max(2000).default(50).describe('millimetres of its side, as it is printed'),
  labels: z
    .string()
    .optional()
    .describe(
      "names of the model's classes in its order, separated by commas, or a file with one a line (default: the order of the data)",
    ),
})
export type AuditSettings = z.output<typeof auditSettings>

/** Whether a text is names and not the name of a file: at least two, separated by commas. */
export const CLASS_NAMES = /^[^,]*[^,\s][^,]*(,[^,]*[^,\s][^,]*)+$/

/** The names of `--labels`. @throws DataError when there is no such file */
export const classNames = async (text: string): Promise<string[]> =>
  CLASS_NAMES.test(text)
    ? text.split(',').map((name) => name.trim())
    : (await readText(text, FILES.settings)).split(/\r?\n/).filter(Boolean)

export const listOf = (text: string | undefined): number[] | undefined =>
  text === undefined ? undefined : text.split(',').map(Number)

/** Numbers that a batch may hold: what fits beside the maps of a large network. */
const BATCH_NUMBERS = 2 ** 21

/** Images at once, where it was not said. */
export const usualBatch = (numbers: number): number =>
  Math.max(1, Math.min(100, Math.floor(BATCH_NUMBERS / numbers)))

/** The eps that the field uses for such images. */
export const usualEps = (norm: 'linf' | 'l2', channels: number): number =>
  norm === 'l2' ? 2 : channels === 1 ? 0.3 : 8 / 255

/** `28x28x1`. */
export function imageOf(
  text: string | undefined,
): { height: number; width: number; channels: number } | undefined {
  if (text === undefined) return undefined
  const [height, width, channels] = text.split('x').map(Number) as [number, number, number]
  return { height, width, channels }
}

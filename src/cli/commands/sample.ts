// `sparring sample <run>`: new samples from a trained run, as one PNG.
import { join } from 'node:path'
import { z } from 'zod'
import { settingsOf, textSetting } from '../../lifecycle/setting.ts'
import { addFlags, givenFlags } from '../flags.ts'
import { formatPath } from '../format-path.ts'
import { addExamples } from '../help.ts'
import { resolveGiven } from '../resolve.ts'
import { addRun } from '../run-argument.ts'
import type { Define } from './command.ts'

const PICTURE = z.object({
  count: z.int().min(1).max(10_000).default(64).describe('number of samples'),
  seed: z.int().min(0).default(1).describe('seed of the latents: the same seed gives the same samples'),
  columns: z.int().min(1).max(1000).optional().describe('samples in a row (default: a square)'),
  scale: z.int().min(1).max(32).default(4).describe('pixels of the picture per pixel of a sample'),
})

const SETTINGS = [
  ...settingsOf(PICTURE),
  textSetting(
    'class',
    '<name>',
    'only samples of this class, by its name or number, of models that are told the class (default: any)',
  ),
  textSetting('out', '<file.png>', 'the picture (default: in the run folder, named after count and seed)'),
]

export const define: Define = (command, session) => {
  addRun(addFlags(command, SETTINGS))
    .description('Draw new samples from the newest checkpoint of a run, as one PNG.')
    .usage('<run> [flags]')
    .action(async (folder: string) => {
      const flags = givenFlags(command, SETTINGS)
      const given: { out?: string; class?: string } = resolveGiven(SETTINGS, { flags, environment: {} })
      const { count, seed, ...layout } = PICTURE.parse(given)
      const kind =
        given.class === undefined ? '' : `-class-${given.class.replaceAll(/[^\p{L}\p{N}]+/gu, '-')}`
      const { out = join(folder, `samples-${count}-seed-${seed}${kind}.png`) } = given
      const { sampleRun } = await import('../../lifecycle/index.ts')
      const { file, width, height } = await sampleRun(folder, {
        count,
        seed,
        out,
        class: given.class,
        ...layout,
      })
      const text = `${count} ${count === 1 ? 'sample' : 'samples'}, ${width}x${height} pixels: ${formatPath(file)}`
      session.finish({ files: { samples: file }, width, height, count, seed }, text)
    })
  return addExamples(command, [
    ['sparring sample runs/first', '64 samples in a square'],
    ['sparring sample runs/first --count 400 --columns 20 --out digits.png', 'twenty rows of twenty'],
    ['sparring sample runs/first --seed 2', 'other samples'],
    ['sparring sample runs/first --class 7', 'only sevens, of a conditional-gan'],
  ])
}

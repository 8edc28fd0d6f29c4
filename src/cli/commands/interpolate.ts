// `sparring interpolate <run>`: walks between latents, as a strip and an animation.
import { join } from 'node:path'
import { z } from 'zod'
import { movedData, settingsOf, textSetting } from '../../lifecycle/setting.ts'
import { ConfigError } from '../../util/errors.ts'
import { addFlags, givenFlags } from '../flags.ts'
import { addExamples } from '../help.ts'
import { resolveGiven } from '../resolve.ts'
import { fileRows } from '../result-text.ts'
import { addRun } from '../run-argument.ts'
import type { Define } from './command.ts'

const WALK = z.object({
  frames: z.int().min(2).max(1000).default(11).describe('images of a row of the strip, both ends included'),
  path: z
    .enum(['slerp', 'lerp'])
    .optional()
    .describe(
      'way of the animation, spherical or linear; the strip shows both (default: slerp where latents are normal, lerp where they are uniform)',
    ),
  animation: z.enum(['webp', 'gif', 'none']).default('webp').describe('kind of the animation'),
  seconds: z.number().positive().max(60).default(2).describe('from one latent to the next, in the animation'),
  neighbours: z.boolean().default(true).describe('the nearest training image below each image'),
  scale: z.int().min(1).max(32).default(4).describe('pixels of the pictures per pixel of an image'),
})

const SETTINGS = [
  {
    ...textSetting(
      'seeds',
      '<n,n,...>',
      'seeds of the latents between which it goes; each is the first that "sparring sample --seed" draws',
      '1,2',
    ),
    expected: 'two seeds or more, such as 1,2,3',
    accepts: (value: unknown) => /^\d+(,\d+)+$/.test(String(value).replaceAll(' ', '')),
  },
  ...settingsOf(WALK),
  textSetting('class', '<name>', 'class of all images, of models that are told it (default: one by chance)'),
  textSetting(
    'out',
    '<file>',
    'name of the pictures, without ending (default: in the run folder, named after the seeds)',
  ),
  movedData,
]

export const define: Define = (command, session) => {
  addRun(addFlags(command, SETTINGS))
    .description(
      'Walk between latents of a run, along a circle and straight ahead: a strip as PNG and an animation, with the training images that are nearest to what is made.',
    )
    .usage('<run> [flags]')
    .action(async (run: string) => {
      const given = resolveGiven(SETTINGS, { flags: givenFlags(command, SETTINGS), environment: {} })
      const { seeds: text = '1,2', ...texts } = given as {
        seeds?: string
        class?: string
        out?: string
        dataDir?: string
      }
      const seeds = text.split(',').map(Number)
      const unsafe = seeds.find((seed) => !Number.isSafeInteger(seed))
      if (unsafe !== undefined)
        throw new ConfigError(`--seeds: expected seeds up to ${Number.MAX_SAFE_INTEGER}, got ${unsafe}`)
      const { interpolateRun } = await import('../../lifecycle/index.ts')
      session.terminal.status(() => session.style.faint('walking ...'))
      const result = await interpolateRun({
        run,
        seeds,
        ...WALK.parse(given),
        class: texts.class,
        out: texts.out ?? join(run, `walk-${seeds.join('-')}`),
        dataDir: texts.dataDir,
      })
      const { files, rows, neighbours } = result
      const nearest = neighbours.reduce<number>((least, { distance }) => Math.min(least, distance), Infinity)
      session.finish(
        { ...result, seeds },
        [
          ...fileRows({ ...files }, session.resultStyle),
          '',
          `rows of the strip: ${rows.join(', ')}`,
          ...(neighbours.length > 0
            ? [`nearest training image: Euclidean distance ${nearest.toFixed(2)}, pixels being in [0, 1]`]
            : []),
        ].join('\n'),
      )
    })
  return addExamples(command, [
    ['sparring interpolate runs/vae', 'from the first image of seed 1 to that of seed 2'],
    ['sparring interpolate runs/vae --seeds 1,5,9,1', 'round trip through three images'],
    ['sparring interpolate runs/conditional --class 3 --animation gif', 'between threes'],
  ])
}

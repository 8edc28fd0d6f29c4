// `sparring play <run>`: an agent plays, and what it does can be looked at.
import { z } from 'zod'
import { checkpointPrefix } from '../../lifecycle/checkpoint-prefix.ts'
import { settingsOf, textSetting } from '../../lifecycle/setting.ts'
import { formatCount } from '../../util/format.ts'
import { addFlags, givenFlags } from '../flags.ts'
import { addExamples } from '../help.ts'
import { resolveGiven } from '../resolve.ts'
import { fileRows } from '../result-text.ts'
import { runPath } from '../run-argument.ts'
import type { Define } from './command.ts'

const PLAY = z.object({
  episodes: z.int().min(1).max(1000).default(10).describe('whole episodes, played at once'),
  seed: z.int().min(0).max(Number.MAX_SAFE_INTEGER).default(1).describe('of games and of chance'),
  epsilon: z.number().min(0).max(1).default(0).describe('probability of an action by chance'),
  mostSteps: z
    .int()
    .min(1)
    .optional()
    .describe('steps after which an episode is cut off (default: 10000, or the limit of the game)'),
  steps: z
    .int()
    .min(1)
    .max(10_000)
    .default(1024)
    .describe('steps of the first episode in log, film and frames'),
  frames: z.boolean().default(false).describe('every one of these steps as a PNG file too'),
  animation: z.enum(['webp', 'gif', 'none']).default('webp').describe('kind of the film'),
})

const SETTINGS = [
  ...settingsOf(PLAY),
  textSetting('env', '<name>', 'of a checkpoint: the environment that it plays (default: atari)'),
  textSetting('rom', '<file>', 'the file of a game of the Atari 2600 (default: where it was)'),
  textSetting('out', '<folder>', 'folder for log, film and frames (default: play, in the run folder)'),
]

export const define: Define = (command, session) => {
  addFlags(command, SETTINGS)
    .argument(
      '<run>',
      'folder of the run, or its name in runs; or a checkpoint of TensorFlow, by what its files have in common',
      (given: string) => checkpointPrefix(given) ?? runPath(given),
    )
    .description(
      'Let the agent of a run play: returns of whole episodes, and of the first one what it thought each action worth, step by step, and a film.',
    )
    .usage('<run> [flags]')
    .action(async (run: string) => {
      const given = resolveGiven(SETTINGS, { flags: givenFlags(command, SETTINGS), environment: {} })
      const { playRun } = await import('../../lifecycle/index.ts')
      const result = await playRun(
        {
          run,
          ...PLAY.parse(given),
          out: given.out as string | undefined,
          rom: given.rom as string | undefined,
          env: given.env as string | undefined,
        },
        (event) => {
          session.terminal.status(() =>
            session.style.faint(
              `step ${formatCount(event.step)}, ${event.ended} of ${event.episodes} episodes have ended`,
            ),
          )
        },
      )
      const { returns, meanReturn, deviation, lengths, environment, files } = result
      session.finish(
        result,
        [
          `${environment}, ${returns.length} ${returns.length === 1 ? 'episode' : 'episodes'}: mean return ${meanReturn.toFixed(1)}${deviation === undefined ? '' : ` ± ${deviation.toFixed(1)}`}`,
          `returns  ${returns.join(' ')}`,
          `steps    ${lengths.join(' ')}`,
          '',
          ...fileRows({ ...files }, session.resultStyle),
        ].join('\n'),
      )
    })
  return addExamples(command, [
    ['sparring play runs/rainbow', 'ten episodes, and a film of the first'],
    ['sparring play runs/rainbow --episodes 1 --frames', 'every step as a PNG file'],
    ['sparring play runs/rainbow --episodes 100 --json', 'returns, for scripts'],
    ['sparring play tf_ckpt-199 --env atari --rom space_invaders.bin', "an agent of Dopamine's"],
  ])
}

// `sparring play <run | policy.onnx | checkpoint>`: an agent plays, and what it does can be looked at.
import { z } from 'zod'
import { checkpointPrefix } from '../../lifecycle/checkpoint-prefix.ts'
import { movedGame, settingsOf, textSetting } from '../../lifecycle/setting.ts'
import { RUNS_FOLDER } from '../../runs/node/run-name.ts'
import { ConfigError } from '../../util/errors.ts'
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
    .describe('steps of the first game in log, films and frames, episode after episode'),
  frames: z.boolean().default(false).describe('every one of these steps as a PNG file too'),
  films: z
    .boolean()
    .default(true)
    .describe('films (WebP, GIF, and MP4 where ffmpeg is installed) and figures of these steps'),
})

const look = (text: string): number[] => {
  const steps = text.split(',').map((part) => Number(part.trim()))
  if (steps.length > 8 || steps.some((step) => !(Number.isInteger(step) && step >= 0)))
    throw new ConfigError(`--look: expected at most 8 steps, such as 540,550, got "${text}"`)
  return steps
}

const SETTINGS = [
  ...settingsOf(PLAY),
  textSetting(
    'look',
    '<steps>',
    'steps that figures show: what it thought at the first, the game at all of them (default: 540,550)',
  ),
  textSetting('env', '<name>', 'of a checkpoint: the environment that it plays (default: atari)'),
  movedGame,
  textSetting(
    'out',
    '<folder>',
    'folder for log, films, figures and frames (default: play, in the run folder or beside the file)',
  ),
]

export const define: Define = (command, session) => {
  addFlags(command, SETTINGS)
    .argument(
      '<run>',
      `folder of the run, its name in ${RUNS_FOLDER}, the policy.onnx of one, or a checkpoint of TensorFlow by what its files have in common`,
      (given: string) => checkpointPrefix(given) ?? runPath(given),
    )
    .description(
      'Let the agent of a run play: returns of whole episodes, and of the first game what it saw, thought and did, step by step, as a log, films and figures.',
    )
    .usage('<run | policy.onnx | checkpoint> [flags]')
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
          look: given.look === undefined ? undefined : look(given.look as string),
        },
        ({ doing, step, steps }) => {
          const far = `step ${formatCount(step)} of ${formatCount(Math.max(step, steps))}`
          session.terminal.status(() =>
            session.style.faint(doing === 'films' ? 'making films' : `${doing}, ${far}`),
          )
        },
      )
      const { returns, meanReturn, deviation, lengths, environment, files, notes } = result
      session.finish(
        result,
        [
          `${environment}, ${returns.length} ${returns.length === 1 ? 'episode' : 'episodes'}: mean return ${meanReturn.toFixed(1)}${deviation === undefined ? '' : ` ± ${deviation.toFixed(1)}`}`,
          `returns  ${returns.join(' ')}`,
          `steps    ${lengths.join(' ')}`,
          '',
          ...fileRows({ ...files }, session.resultStyle),
          ...notes,
        ].join('\n'),
      )
    })
  return addExamples(command, [
    ['sparring play runs/rainbow', 'ten episodes, films and figures'],
    ['sparring play runs/rainbow --episodes 1 --frames', 'every step as a PNG file'],
    [
      'sparring play runs/rainbow/policy.onnx --look 100,200',
      'an exported policy, and figures of other steps',
    ],
    ['sparring play tf_ckpt-199 --env atari --rom space_invaders.bin', "an agent of Dopamine's"],
    ['sparring play runs/rainbow --episodes 100 --no-films --json', 'returns, for scripts'],
  ])
}

// An agent plays: whole episodes, what it thought of every step, and a film of the first.
import { join } from 'node:path'
import {
  arrayFor,
  type ChosenGame,
  type EnvironmentOptions,
  environments,
  makeEnvironment,
  type Observation,
  prepareEnvironment,
  rulesNamed,
} from '../environments/index.ts'
import { offeredBy } from '../objectives/offer.ts'
import { gridPicture, isGrid } from '../pictures/observations.ts'
import type { PixelImage } from '../report/index.ts'
import {
  ANIMATIONS,
  type AnimationFormat,
  encodeAnimation,
  encodePng,
  GENERATED_MEDIA,
} from '../report/node/index.ts'
import { makeFolder } from '../runs/node/disk.ts'
import { writeOut } from '../runs/node/write-out.ts'
import { frozen, openFunction } from '../training/functions.ts'
import { ConfigError } from '../util/errors.ts'
import { randomStream } from '../util/random.ts'
import { withPlayer } from './player.ts'
import { readGame } from './prepared.ts'

export interface PlayRequest {
  /** Folder of a run; or a checkpoint of TensorFlow, by what its files have in common. */
  readonly run: string
  /** The environment of a checkpoint's agent; default `atari`. Of a run it is its own. */
  readonly env?: string | undefined
  /** The file of a game, where it is not where it was. */
  readonly rom?: string | undefined
  /** Whole episodes; default 10. */
  readonly episodes?: number | undefined
  /** Steps after which an episode is cut off; default 10,000, or the game's own limit. */
  readonly mostSteps?: number | undefined
  /** Probability of an action by chance; default 0. */
  readonly epsilon?: number | undefined
  /** Of games and chance; default 1. */
  readonly seed?: number | undefined
  /** Steps of the first episode that are kept: log, film, frames; default 1,024. */
  readonly steps?: number | undefined
  /** Whether each of these steps is a PNG file too; default false. */
  readonly frames?: boolean | undefined
  /** Kind of the film; default `webp`. */
  readonly animation?: AnimationFormat | 'none' | undefined
  /** Folder for all of it; default `play` in the run's. */
  readonly out?: string | undefined
  readonly signal?: AbortSignal | undefined
}

/** A step as `steps.jsonl` has it. */
export interface PlayedStep {
  readonly step: number
  /** What the agent took what it saw to be worth, for each action. */
  readonly values: readonly number[]
  readonly action: string
  readonly reward: number
  /** Of the rewards so far. */
  readonly return: number
  readonly terminated: boolean
  readonly truncated: boolean
}

export interface PlayResult {
  readonly environment: string
  readonly actions: readonly string[]
  /** Of each episode, in the order of their seeds. */
  readonly returns: readonly number[]
  readonly lengths: readonly number[]
  readonly meanReturn: number
  /** Standard deviation of the returns, over n - 1; absent of one episode. */
  readonly deviation?: number
  readonly files: {
    readonly steps: string
    readonly animation?: string
    readonly frames?: string
    /** Of a checkpoint's agent: its network as an ONNX file. */
    readonly policy?: string
  }
}

/** How far it is. */
export interface PlayProgress {
  readonly step: number
  /** Episodes that have ended. */
  readonly ended: number
  readonly episodes: number
}

const MOST_STEPS = 10_000
/** Pixels of a cell, and steps a second of the film. */
const SCALE = 24
const PACE = 10

const meanOf = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0) / numbers.length

/** The best of a row of values; of equal ones the first. */
const best = (values: Float32Array): number => values.indexOf(Math.max(...values))

/**
 * Plays episodes with the newest weights of a run, all at once; the same request gives the same episodes.
 *
 * @throws ConfigError when the run's model does not act
 */
export async function playRun(
  request: PlayRequest,
  onProgress: (progress: PlayProgress) => void = () => {},
): Promise<PlayResult> {
  const { episodes = 10, epsilon = 0, seed = 1, steps: kept = 1024, frames = false, signal } = request
  const { animation = 'webp', mostSteps } = request
  return withPlayer(request.run, request, async ({ called, objective, arrays, engine, folder, file }) => {
    const { out = folder } = request
    const act = offeredBy(objective, 'act')
    if (!act?.environment)
      throw new ConfigError(
        `a ${called} does not act in an environment; play needs a run of an agent, such as one of sparring train rainbow`,
      )
    const { name, options } = act.environment
    const { game, rom } = options as ChosenGame
    const chosen = await prepareEnvironment(name, { game, rom: request.rom ?? rom }, readGame)
    const limit = {
      maxEpisodeSteps: mostSteps ?? rulesNamed(name, chosen.game).maxEpisodeSteps ?? MOST_STEPS,
    }
    const games = environments(
      () => makeEnvironment(name, { ...(options as EnvironmentOptions), game: chosen.game, ...limit }),
      episodes,
    )
    games.reset(seed)
    const { names } = games.actionSpace
    const box = games.observationSpace
    const size = arrayFor(box).length
    const [port] = Object.keys(act.of.inputs) as [string]
    const decide = await openFunction(frozen(engine, arrays), act, episodes)
    const returns: (number | undefined)[] = new Array(episodes).fill(undefined)
    const lengths: number[] = new Array(episodes).fill(0)
    const log: PlayedStep[] = []
    const pictures: PixelImage[] = []
    const first = arrayFor(box)
    const draw = (seen: Observation): void => {
      first.set(seen.subarray(0, size))
      if (pictures.length >= kept || returns[0] !== undefined) return
      const own = games.picture(0)
      if (own) pictures.push({ channels: 3, ...own })
      else if (isGrid(box)) pictures.push(gridPicture(first, box, SCALE))
    }
    try {
      let sum = 0
      for (let step = 0; returns.includes(undefined); step++) {
        signal?.throwIfAborted()
        draw(games.observations)
        const values = await decide.run({ [port]: Float32Array.from(games.observations) })
        const random = randomStream(seed, 'play', step)
        const rows = returns.map((_, i) => values.subarray(i * names.length, (i + 1) * names.length))
        const actions = rows.map((row) => {
          const [isChance, any] = [random.uniform() < epsilon, random.integer(names.length)]
          return isChance ? any : best(row)
        })
        const isFirst = returns[0] === undefined
        games.step(actions, (episode) => {
          if (returns[episode.copy] !== undefined) return
          returns[episode.copy] = episode.return
          lengths[episode.copy] = episode.length
        })
        if (isFirst) {
          const reward = games.rewards[0]!
          sum += reward
          if (log.length < kept)
            log.push({
              step,
              values: Array.from(rows[0]!),
              action: names[actions[0]!]!,
              reward,
              return: sum,
              terminated: games.terminated[0] === 1,
              truncated: games.truncated[0] === 1,
            })
        }
        if (step % 100 === 0)
          onProgress({ step, ended: returns.filter((found) => found !== undefined).length, episodes })
      }
    } finally {
      await decide.close()
    }
    await makeFolder(out)
    const text = log.map((each) => `${JSON.stringify(each)}\n`).join('')
    const files: { steps: string; animation?: string; frames?: string; policy?: string } = {
      steps: await writeOut(join(out, 'steps.jsonl'), new TextEncoder().encode(text)),
    }
    if (file) files.policy = await writeOut(join(out, 'policy.onnx'), file(names))
    if (frames && pictures.length > 0) {
      files.frames = join(out, 'images')
      await makeFolder(files.frames)
      for (const [step, picture] of pictures.entries())
        await writeOut(
          join(files.frames, `frame_${String(step).padStart(6, '0')}.png`),
          await encodePng(picture),
        )
    }
    if (animation !== 'none' && pictures.length > 0) {
      const bytes = await encodeAnimation(pictures, {
        format: animation,
        pace: PACE,
        source: GENERATED_MEDIA,
      })
      files.animation = await writeOut(join(out, `play${ANIMATIONS[animation]}`), bytes)
    }
    const all = returns as number[]
    const mean = meanOf(all)
    return {
      environment: name,
      actions: names,
      returns: all,
      lengths,
      meanReturn: mean,
      ...(episodes > 1
        ? { deviation: Math.sqrt(all.reduce((total, x) => total + (x - mean) ** 2, 0) / (episodes - 1)) }
        : {}),
      files,
    }
  })
}

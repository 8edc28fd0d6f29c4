// An agent plays: whole episodes, and of the first one's game so many steps with what it saw, thought and did, as a log, films and figures.
import { join } from 'node:path'
import { playEpisodes } from '../agents/index.ts'
import { type GamePicture, type Observation, rulesNamed } from '../environments/index.ts'
import { type AgentMoment, agentCanvas, WINDOW } from '../pictures/agent-canvas.ts'
import { lettering } from '../pictures/paint.ts'
import { type FigureMoment, framesFigure, thoughtsFigure } from '../report/index.ts'
import {
  ANIMATIONS,
  type AnimationFormat,
  animate,
  encodePng,
  GENERATED_MEDIA,
  NO_FFMPEG,
  svgToPng,
  writeMovie,
} from '../report/node/index.ts'
import { makeFolder } from '../runs/node/disk.ts'
import { writeOut } from '../runs/node/write-out.ts'
import { nodeEngine } from '../runtime/node.ts'
import { type OpenPolicy, openPolicy, policyBytes } from './open-policy.ts'

export interface PlayRequest {
  /** A run's folder, the ONNX file of a policy, or a checkpoint of TensorFlow, by what its files have in common. */
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
  /** Steps of the first game that are kept, episode after episode: log, films, frames; default 1,024. */
  readonly steps?: number | undefined
  /** Whether each of these steps is a PNG file too; default false. */
  readonly frames?: boolean | undefined
  /** Whether there are films and figures; default true. */
  readonly films?: boolean | undefined
  /** Steps that figures show: the first with all that the agent thought, all of them as frames; default 540 and 550. */
  readonly look?: readonly number[] | undefined
  /** Folder for all of it; default `play` in the run's, or beside the file. */
  readonly out?: string | undefined
  readonly signal?: AbortSignal | undefined
}

/** A step as `steps.jsonl` has it: what was seen, what was thought of it, and what came of it. */
export interface PlayedStep {
  readonly step: number
  /** Of these steps, counted from 0. */
  readonly episode: number
  /** Row-major, of the shape that `play.json` tells; bytes in base64 where it has more than a thousand. */
  readonly observation: readonly number[] | string
  /** Mean return of each action. */
  readonly values: readonly number[]
  /** How probable each return is, by action; the returns are in `play.json`. */
  readonly probabilities?: readonly (readonly number[])[]
  readonly action: string
  readonly reward: number
  /** Of the rewards of the episode so far. */
  readonly return: number
  /** Of all rewards so far. */
  readonly total: number
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
  readonly files: Readonly<Record<string, string>>
  /** What could not be made, and what to do. */
  readonly notes: readonly string[]
}

/** How far it is. */
export interface PlayProgress {
  readonly doing: 'playing' | 'drawing' | 'films'
  readonly step: number
  readonly steps: number
}

const MOST_STEPS = 10_000
/** Steps a second of films, as the book's has them. */
const PACE = 30
/** The book's figure shows these. */
const LOOK = [540, 550]
/** Numbers of an observation that are written as numbers. */
const MOST_NUMBERS = 1000

const meanOf = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0) / numbers.length

/** Six digits are more than float32 has to say. */
const short = (numbers: Float32Array): number[] => Array.from(numbers, (x) => Number(x.toPrecision(6)))

const written = (seen: Observation): PlayedStep['observation'] =>
  seen.length > MOST_NUMBERS && seen instanceof Uint8Array
    ? Buffer.from(seen.buffer, seen.byteOffset, seen.byteLength).toString('base64')
    : seen instanceof Uint8Array
      ? Array.from(seen)
      : short(seen)

interface Kept {
  readonly log: PlayedStep[]
  readonly games: GamePicture[]
  /** Places of actions. */
  readonly actions: number[]
}

/** Plays, and keeps the steps of the first copy. */
async function playAndKeep(
  policy: OpenPolicy,
  { episodes = 10, epsilon = 0, seed = 1, steps = 1024, mostSteps, signal }: PlayRequest,
  onProgress: (progress: PlayProgress) => void,
) {
  const { environment, environmentOptions } = policy
  const rules = rulesNamed(environment, environmentOptions.game as string | undefined)
  const limit = mostSteps ?? rules.maxEpisodeSteps ?? MOST_STEPS
  const kept: Kept = { log: [], games: [], actions: [] }
  const size = policy.make().observationSpace.shape.reduce((a, b) => a * b, 1)
  let seen: PlayedStep['observation'] = []
  let [episode, sum, total] = [0, 0, 0]
  const found = await playEpisodes({
    make: () => policy.make({ maxEpisodeSteps: limit }),
    episodes,
    seed,
    epsilon,
    leastSteps: steps,
    signal,
    decide: policy.decide,
    before(observations, first) {
      if (kept.log.length === steps) return
      seen = written(observations.subarray(0, size) as Observation)
      kept.games.push(first.render())
    },
    after({ step, thoughts: { values, probabilities }, actions, rewards, ...ends }) {
      if (step % 50 === 0) onProgress({ doing: 'playing', step, steps })
      if (kept.log.length === steps) return
      const { length } = policy.actions
      const atoms = policy.returns?.length ?? 0
      const [terminated, truncated] = [ends.terminated[0] === 1, ends.truncated[0] === 1]
      const reward = rewards[0]!
      sum += reward
      total += reward
      kept.actions.push(actions[0]!)
      kept.log.push({
        step,
        episode,
        observation: seen,
        values: short(values.subarray(0, length)),
        ...(probabilities
          ? {
              probabilities: policy.actions.map((_, action) =>
                short(probabilities.subarray(action * atoms, (action + 1) * atoms)),
              ),
            }
          : {}),
        action: policy.actions[actions[0]!]!,
        reward,
        return: sum,
        total,
        terminated,
        truncated,
      })
      if (terminated || truncated) {
        episode++
        sum = 0
      }
    },
  })
  return { ...found, ...kept }
}

/** What was paid up to and with a step, over the steps of the window. */
const totalsAt = (log: readonly PlayedStep[], at: number): number[] =>
  log.slice(Math.max(0, at + 1 - WINDOW), at + 1).map(({ total }) => total)

/** Draws the kept steps as frames of a film. */
async function drawFrames(
  { actions, returns }: OpenPolicy,
  kept: Kept,
  onFrame: (step: number) => void,
): Promise<GamePicture[]> {
  const values = kept.log.flatMap((step) => step.values)
  const draw = agentCanvas({
    actions,
    returns,
    range: [Math.min(0, ...values), Math.max(0, ...values)],
    lettering: await lettering(),
  })
  return kept.log.map((step, i) => {
    onFrame(i)
    const moment: AgentMoment = {
      ...step,
      game: kept.games[i]!,
      action: kept.actions[i]!,
      totals: totalsAt(kept.log, i),
    }
    return draw(moment)
  })
}

async function drawFigures(
  { actions, returns }: OpenPolicy,
  kept: Kept,
  look: readonly number[],
): Promise<Record<string, string>> {
  const steps = look.filter((step) => step < kept.log.length)
  const chosen = steps.length > 0 ? steps : [Math.floor(kept.log.length / 2)]
  const moments: FigureMoment[] = await Promise.all(
    chosen.map(async (step) => {
      const { width, height } = kept.games[step]!
      return {
        ...kept.log[step]!,
        png: await encodePng(kept.games[step]!),
        width,
        height,
        action: kept.actions[step]!,
        totals: totalsAt(kept.log, step),
      }
    }),
  )
  const options = { actions, returns }
  return { thoughts: thoughtsFigure(moments[0]!, options), moments: framesFigure(moments, options) }
}

/**
 * Plays episodes with the newest weights of a run, or with a policy's file, all at once; the same request gives the same episodes.
 *
 * @throws ConfigError when the run's model does not act; DataError for a file that is no policy
 */
export async function playRun(
  request: PlayRequest,
  onProgress: (progress: PlayProgress) => void = () => {},
): Promise<PlayResult> {
  const { frames = false, films = true, look = LOOK, signal, steps = 1024 } = request
  const { rom, env } = request
  const { bytes, folder, source, isNew = false } = await policyBytes(request.run, { env, rom })
  const out = request.out ?? join(folder, 'play')
  const engine = await nodeEngine()
  try {
    const policy = await openPolicy(engine, bytes, source, { rom })
    const { returns, lengths, ...kept } = await playAndKeep(policy, request, onProgress)
    await policy.close()
    await makeFolder(out)
    const files: Record<string, string> = {}
    const notes: string[] = []
    const keep = async (name: string, file: string, data: Uint8Array | string): Promise<void> => {
      files[name] = await writeOut(join(out, file), typeof data === 'string' ? Buffer.from(data) : data)
    }
    if (isNew) await keep('policy', 'policy.onnx', bytes)
    const { observationSpace } = policy.make()
    const result = {
      environment: policy.environment,
      actions: policy.actions,
      returns,
      lengths,
      meanReturn: meanOf(returns),
      ...(returns.length > 1
        ? {
            deviation: Math.sqrt(
              returns.reduce((total, x) => total + (x - meanOf(returns)) ** 2, 0) / (returns.length - 1),
            ),
          }
        : {}),
    }
    await keep('steps', 'steps.jsonl', kept.log.map((each) => `${JSON.stringify(each)}\n`).join(''))
    await keep(
      'record',
      'play.json',
      `${JSON.stringify({ ...result, observation: observationSpace, possibleReturns: policy.returns, options: policy.environmentOptions, seed: request.seed ?? 1 }, undefined, 1)}\n`,
    )
    if (frames || films) {
      const drawn = await drawFrames(policy, kept, (step) => {
        if (step % 50 === 0) onProgress({ doing: 'drawing', step, steps })
      })
      const pngs: Uint8Array[] = []
      for (const [step, picture] of drawn.entries()) {
        signal?.throwIfAborted()
        pngs.push(await encodePng(picture))
        if (step % 50 === 0) onProgress({ doing: 'drawing', step, steps })
      }
      if (frames) {
        files.frames = join(out, 'images')
        await makeFolder(files.frames)
        for (const [step, png] of pngs.entries())
          await writeOut(join(files.frames, `frame_${String(step).padStart(6, '0')}.png`), png)
      }
      if (films) {
        for (const [name, svg] of Object.entries(await drawFigures(policy, kept, look))) {
          await keep(`figure ${name}, SVG`, `${name}.svg`, svg)
          await keep(`figure ${name}, PNG`, `${name}.png`, await svgToPng(svg))
        }
        signal?.throwIfAborted()
        onProgress({ doing: 'films', step: 0, steps })
        await Promise.all(
          (Object.keys(ANIMATIONS) as AnimationFormat[]).map(async (format) => {
            // Thousands of frames of few colours: one may be off by a shade.
            const options = { format, pace: PACE, source: GENERATED_MEDIA, effort: 1 }
            await keep(`film, ${format}`, `play${ANIMATIONS[format]}`, await animate(pngs, options))
          }),
        )
        const movie = join(out, 'play.mp4')
        if (await writeMovie(movie, drawn, { pace: PACE, source: GENERATED_MEDIA }))
          files['film, mp4'] = movie
        else notes.push(NO_FFMPEG)
      }
    }
    return { ...result, files, notes }
  } finally {
    await engine.close()
  }
}

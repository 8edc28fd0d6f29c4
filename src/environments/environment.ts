// A game with everything around it that is alike for all: seeds, sticky actions, the set of actions, and a limit of time.
import { ConfigError } from '../util/errors.ts'
import { randomStream } from '../util/random.ts'
import type { Rules } from './game.ts'
import { type GamePicture, gridPicture } from './picture.ts'
import { arrayFor, type Box, type Discrete, type Observation } from './spaces.ts'

export interface EnvironmentOptions {
  /**
   * Probability that a step repeats the action of the step before, whatever was asked for (Machado et al. 2018, arXiv:1709.06009).
   * Default: that of the game, 0.1 for those of MinAtar
   */
  readonly sticky?: number | undefined
  /** `all` its actions, or the `minimal` set that does something. Default `all` */
  readonly actions?: 'all' | 'minimal' | undefined
  /** Steps after which an episode is cut off. Default: that of the game, or none */
  readonly maxEpisodeSteps?: number | undefined
  /** Of a machine that plays several: the name of the game. Default: the first */
  readonly game?: string | undefined
}

/** What one step comes to, beside what is seen after it. */
export interface EnvironmentStep {
  readonly reward: number
  /** The game has ended: what follows is worth nothing. */
  readonly terminated: boolean
  /** The episode was cut off by its limit of time: what follows would still be worth something. */
  readonly truncated: boolean
}

/** An environment as Gymnasium has it; it is one object that changes. */
export interface Environment {
  readonly name: string
  readonly observationSpace: Box
  readonly actionSpace: Discrete
  /**
   * Begins an episode. Everything that happens by chance is a function of the seed, of how many episodes there were before, and of
   * the step.
   *
   * @param seed  begins anew, with episode 0. Default: the next episode of the seed of before, at first 0
   */
  reset(options?: { readonly seed?: number | undefined }): Observation
  /** @throws ConfigError for an action that is none, and before the first reset or after the end of an episode */
  step(action: number): EnvironmentStep & { readonly observation: Observation }
  /** The same without an array for what is seen, which `observe` writes. */
  advance(action: number): EnvironmentStep
  /** Writes what is seen now, from a place on. */
  observe(out: Observation, at?: number): void
  /** Numbers that people want to know and agents are not told, such as lives, by name. */
  told(): Readonly<Record<string, number>>
  /** A picture of what is going on. @throws ConfigError of a game that has none */
  render(): GamePicture
  /** Its state, between any two steps. */
  save(): number[]
  /** Goes on from a state that was saved. */
  restore(saved: readonly number[]): void
}

/** @throws ConfigError for numbers that cannot be */
function checked({ name, sticky: usual = 0, maxEpisodeSteps: limit }: Rules, options: EnvironmentOptions) {
  const { sticky = usual, maxEpisodeSteps = limit, actions = 'all' } = options
  if (!(sticky >= 0 && sticky < 1))
    throw new ConfigError(`${name}: expected a probability of sticky actions from 0 up to 1, got ${sticky}`)
  if (maxEpisodeSteps !== undefined && !(Number.isInteger(maxEpisodeSteps) && maxEpisodeSteps >= 1))
    throw new ConfigError(
      `${name}: expected a positive whole number of steps of an episode, got ${maxEpisodeSteps}`,
    )
  if (actions !== 'all' && actions !== 'minimal')
    throw new ConfigError(`${name}: expected actions: all or minimal, got ${JSON.stringify(actions)}`)
  return { sticky, maxEpisodeSteps, actions }
}

/** How far an environment is, as it is saved before the state of its game. */
const COUNTERS = 5

/** A game with its options as an environment. @throws ConfigError for options that cannot be */
export function environmentOf(rules: Rules, options: EnvironmentOptions = {}): Environment {
  const { sticky, maxEpisodeSteps, actions } = checked(rules, options)
  const names = actions === 'all' ? rules.actions : rules.minimal
  /** By number of an action: its place among all actions of the game. */
  const places = names.map((name) => rules.actions.indexOf(name))
  const bySteps = rules.sticksBy !== 'frame'
  const game = rules.create({ sticky: bySteps ? 0 : sticky })
  let [seed, episode, steps, last, isOver] = [0, -1, 0, 0, 1]

  /** Chance of this step, apart for what the game and what sticky actions ask. */
  const chance = (purpose: string) => randomStream(seed, `environment/${episode}/${purpose}`, steps)

  function advance(action: number): EnvironmentStep {
    if (!(Number.isInteger(action) && action >= 0 && action < places.length))
      throw new ConfigError(
        `${rules.name}: expected an action from 0 to ${places.length - 1} (${names.join(', ')}), got ${action}`,
      )
    if (isOver)
      throw new ConfigError(
        `${rules.name}: ${episode < 0 ? 'no episode has begun' : 'the episode has ended'}; call reset first`,
      )
    if (bySteps && sticky > 0 && steps > 0 && chance('sticky').uniform() < sticky) action = last
    last = action
    const { reward, terminated } = game.step(places[action]!, () => chance('step'))
    steps++
    const truncated = !terminated && steps === maxEpisodeSteps
    isOver = terminated || truncated ? 1 : 0
    return { reward, terminated, truncated }
  }
  function seen(): Observation {
    const out = arrayFor(rules.observation)
    game.observe(out, 0)
    return out
  }

  return {
    name: rules.name,
    observationSpace: rules.observation,
    actionSpace: { n: names.length, names },
    reset({ seed: given } = {}) {
      if (given !== undefined) {
        seed = given
        episode = -1
      }
      episode++
      ;[steps, last, isOver] = [0, 0, 0]
      game.reset(randomStream(seed, 'environment/reset', episode))
      return seen()
    },
    step: (action) => ({ ...advance(action), observation: seen() }),
    advance,
    observe: (out, at = 0) => game.observe(out, at),
    told: () => game.told?.() ?? {},
    render: () => game.render?.() ?? gridPicture(seen(), rules.observation, rules.name),
    save: () => [seed, episode, steps, last, isOver, ...game.save()],
    restore(saved) {
      ;[seed, episode, steps, last, isOver] = saved as [number, number, number, number, number]
      game.restore(saved.slice(COUNTERS))
    },
  }
}

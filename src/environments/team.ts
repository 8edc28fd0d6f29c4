// Tasks of several agents that act at once, each seeing its own part: what a file of rules writes, and many copies of it.
import { ConfigError } from '../util/errors.ts'
import { type RandomStream, randomStream } from '../util/random.ts'
import { arrayFor, type Box, type Discrete, type Observation } from './spaces.ts'

/** A task that is going on: one object that changes, as a `Game` is. */
export interface TeamGame {
  /**
   * Begins anew.
   *
   * @param level  how far from its easiest to its own hardness, 0 to 1; of tasks that have only one it changes nothing
   */
  reset(random: RandomStream, level: number): void
  /**
   * All agents act at once.
   *
   * @param actions  of each agent; those of agents that are not there are left unread
   * @param rewards  takes what each gets
   * @returns whether the task has ended by its rules
   */
  step(actions: ArrayLike<number>, random: () => RandomStream, rewards: Float32Array): boolean
  /** Writes what each agent sees now, `[agents, ...shape]`. */
  observe(out: Observation, at: number): void
  /** Writes 1 for each agent that is there, else 0. */
  present(out: Float32Array, at: number): void
  /** What the episode comes to so far, one number for each measure of the rules. */
  outcome(): number[]
  /** All of its state, as numbers. */
  save(): number[]
  /** Goes on from what was saved. */
  restore(saved: readonly number[]): void
}

/** What episodes of a task are measured by. */
export interface TeamMeasure {
  readonly name: string
  /** What people read. */
  readonly label: string
  readonly better: 'higher' | 'lower'
  readonly format: 'number' | 'percent'
  /** What agents get that act by chance alone, each action as likely, where that is known by arithmetic. */
  readonly byChance?: number
}

/** A task of the registry, with its options. */
export interface TeamRules {
  readonly name: string
  /** One line for people. */
  readonly summary: string
  readonly agents: number
  /** What one agent sees. */
  readonly observation: Box
  /** What one agent may do. */
  readonly actions: readonly string[]
  /** Steps of an episode, after which it is over. */
  readonly steps: number
  readonly measures: readonly TeamMeasure[]
  /** One that has not begun. */
  create(): TeamGame
}

/** An episode of a team that has ended. */
export interface TeamEpisode {
  readonly copy: number
  /** Of the rewards of all agents and steps. */
  readonly return: number
  /** By the measures of the rules. */
  readonly outcome: readonly number[]
}

/** Many copies that go on together. */
export interface Teams {
  readonly count: number
  readonly observationSpace: Box
  readonly actionSpace: Discrete
  /** `[count, agents, ...shape]`, written anew by every step. */
  readonly observations: Observation
  /** `[count, agents]`: 1 where there is an agent. */
  readonly present: Float32Array
  /** Of the last step, `[count, agents]`. */
  readonly rewards: Float32Array
  /** Begins all copies anew. Everything by chance follows from the seed, the copy, the episode and the step. */
  reset(seed: number, level?: number): void
  /**
   * A step of every copy.
   *
   * @param actions  `[count, agents]`
   * @returns whether all episodes are over, which end together; then `reset` or `next` begins others
   */
  step(actions: ArrayLike<number>): boolean
  /** The next episode of every copy. */
  next(level?: number): void
  /** What the episodes come to so far. */
  outcomes(): TeamEpisode[]
  /** State of all copies. */
  save(): number[][]
  /** @throws ConfigError when it is that of another number of copies */
  restore(saved: readonly (readonly number[])[]): void
}

/** Numbers that are saved before the state of a copy: seed, episode, step, whether it has ended, and the return so far. */
const OWN = 5

/**
 * @param rules  of which copies are made
 * @throws ConfigError for a count that is no positive whole number
 */
export function teams(rules: TeamRules, count: number): Teams {
  if (!(Number.isInteger(count) && count >= 1))
    throw new ConfigError(`expected a positive whole number of teams, got ${count}`)
  const { agents, observation } = rules
  const games = Array.from({ length: count }, () => rules.create())
  const size = agents * arrayFor(observation).length
  const observations = arrayFor(observation, count * agents)
  const present = new Float32Array(count * agents)
  const rewards = new Float32Array(count * agents)
  const returns = new Float64Array(count)
  const ended = new Uint8Array(count)
  let [seed, episode, steps] = [0, -1, 0]

  const look = (): void => {
    for (const [i, game] of games.entries()) {
      game.observe(observations, i * size)
      game.present(present, i * agents)
      if (ended[i]) present.fill(0, i * agents, (i + 1) * agents)
    }
  }
  function begin(level: number): void {
    episode++
    steps = 0
    returns.fill(0)
    ended.fill(0)
    rewards.fill(0)
    for (const [i, game] of games.entries()) game.reset(randomStream(seed, `team/${i}/reset`, episode), level)
    look()
  }
  return {
    count,
    observationSpace: observation,
    actionSpace: { n: rules.actions.length, names: rules.actions },
    observations,
    present,
    rewards,
    reset(given, level = 1) {
      ;[seed, episode] = [given, -1]
      begin(level)
    },
    next: (level = 1) => begin(level),
    step(actions) {
      if (episode < 0) throw new ConfigError(`${rules.name}: no episode has begun; call reset first`)
      if (steps === rules.steps)
        throw new ConfigError(`${rules.name}: the episode has ended; call next first`)
      for (let i = 0; i < count * agents; i++) {
        const action = actions[i]!
        if (present[i] && !(Number.isInteger(action) && action >= 0 && action < rules.actions.length))
          throw new ConfigError(
            `${rules.name}: expected an action from 0 to ${rules.actions.length - 1} (${rules.actions.join(', ')}), got ${action}`,
          )
      }
      rewards.fill(0)
      for (const [i, game] of games.entries()) {
        if (ended[i]) continue
        const [from, to] = [i * agents, (i + 1) * agents]
        const own = rewards.subarray(from, to)
        const over = game.step(
          Array.prototype.slice.call(actions, from, to),
          () => randomStream(seed, `team/${i}/${episode}`, steps),
          own,
        )
        ended[i] = over ? 1 : 0
        for (const reward of own) returns[i] = returns[i]! + reward
      }
      steps++
      look()
      return steps === rules.steps || ended.every((over) => over === 1)
    },
    outcomes: () => games.map((game, copy) => ({ copy, return: returns[copy]!, outcome: game.outcome() })),
    save: () => games.map((game, i) => [seed, episode, steps, ended[i]!, returns[i]!, ...game.save()]),
    restore(saved) {
      if (saved.length !== count)
        throw new ConfigError(`expected the state of ${count} teams, got that of ${saved.length}`)
      for (const [i, game] of games.entries()) {
        ;[seed, episode, steps, ended[i], returns[i]] = saved[i] as [number, number, number, number, number]
        game.restore(saved[i]!.slice(OWN))
      }
      look()
    },
  }
}

// What teams learn from that play whole episodes: in one half of a period they play, in the other they learn from all of it.
import type { Columns, OpenSource, SavedSource, Source } from '../data/source.ts'
import { arrayFor, type Observation } from '../environments/spaces.ts'
import { type TeamRules, teams } from '../environments/team.ts'
import { DataError } from '../util/errors.ts'
import { randomStream } from '../util/random.ts'

export interface TeamPlayOptions {
  readonly rules: TeamRules
  /** Brings advantages to mean 0 and deviation 1 over all that was played. */
  readonly normalize: boolean
  /** Updates between which the task goes from its easiest to its own hardness. */
  readonly curriculum: { readonly from: number; readonly to: number }
}

/** Steps from one update of the weights to the next: as many to play as to learn from it. */
export const teamPeriod = ({ steps }: Pick<TeamRules, 'steps'>): number => 2 * steps

/** Numbers that are told, one of each: of the newest episodes that were played. */
const TOLD = ['meanReturn', 'score', 'entropy', 'valueError', 'level'] as const

/**
 * `observation`, `present`: what agents see now, or saw, and who is there; `action`: what they did; `advantage`: of their return over what
 * they expected; `return`; `weight`: 0 while they play, and such that it is 1 in all over a period.
 */
export const teamColumns = ({ agents, observation }: TeamRules) =>
  ({
    observation: { shape: [agents, ...observation.shape], dtype: observation.dtype },
    present: { shape: [agents], dtype: 'float32' },
    action: { shape: [agents], dtype: 'int32' },
    advantage: { shape: [agents], dtype: 'float32' },
    return: { shape: [agents], dtype: 'float32' },
    weight: { shape: [agents], dtype: 'float32' },
    ...Object.fromEntries(TOLD.map((name) => [name, { shape: [], dtype: 'float32', count: 1 } as const])),
  }) satisfies Columns

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** The rewards from each step on, of each agent: those after it went away, or before it came, are not its own. */
export function teamReturns(
  rewards: readonly Float32Array[],
  present: readonly Float32Array[],
): Float32Array[] {
  const returns = rewards.map((each) => new Float32Array(each.length))
  for (let t = rewards.length - 1; t >= 0; t--)
    for (let i = 0; i < returns[t]!.length; i++) {
      const later = t + 1 < rewards.length && present[t + 1]![i] ? returns[t + 1]![i]! : 0
      returns[t]![i] = present[t]![i] ? rewards[t]![i]! + later : 0
    }
  return returns
}

/**
 * A source that plays as many episodes at once as a batch has places. It takes back `probabilities` of each agent's actions and the `value`
 * that it expects. Weights stay as they are for a period, so what is learned from was played by the very policy that learns.
 */
export function teamPlay({ rules, normalize, curriculum }: TeamPlayOptions): Source {
  const { agents, steps: length, actions: names, observation } = rules
  const period = teamPeriod(rules)
  return {
    columns: teamColumns(rules),
    title: rules.name,
    words: `episodes of ${rules.name}`,
    open({ seed, batchSize }): OpenSource {
      const games = teams(rules, batchSize)
      games.reset(seed)
      const size = batchSize * agents
      const perStep = <T>(make: () => T): T[] => Array.from({ length }, make)
      /** What was played, by step. */
      const seen = perStep(() => arrayFor(observation, size))
      const present = perStep(() => new Float32Array(size))
      const done = perStep(() => new Int32Array(size))
      const expected = perStep(() => new Float32Array(size))
      const rewards = perStep(() => new Float32Array(size))
      const choice = { entropy: 0, count: 0 }
      const told: Record<(typeof TOLD)[number], number> = {
        meanReturn: 0,
        score: 0,
        entropy: 0,
        valueError: 0,
        level: 0,
      }
      /** Made of what was played, when it is first learned from. */
      let learned: { returns: Float32Array[]; advantages: Float32Array[]; weight: number } | undefined

      const levelAt = (step: number): number => {
        const updates = Math.floor(step / period)
        return Math.min(
          1,
          Math.max(0, (updates - curriculum.from) / Math.max(1, curriculum.to - curriculum.from)),
        )
      }
      function whatWasPlayed() {
        const returns = teamReturns(rewards, present)
        let [count, sum, squares] = [0, 0, 0]
        const advantages = returns.map((each, t) =>
          each.map((value, i) => (present[t]![i] ? value - expected[t]![i]! : 0)),
        )
        advantages.forEach((each, t) => {
          each.forEach((advantage, i) => {
            if (!present[t]![i]) return
            count++
            sum += advantage
            squares += advantage * advantage
          })
        })
        const mean = count > 0 ? sum / count : 0
        const deviation = count > 0 ? Math.sqrt(Math.max(0, squares / count - mean ** 2)) : 0
        told.valueError = count > 0 ? squares / count : 0
        if (normalize)
          advantages.forEach((each, t) => {
            each.forEach((advantage, i) => {
              each[i] = present[t]![i] ? (advantage - mean) / (deviation + 1e-8) : 0
            })
          })
        return { returns, advantages, weight: count > 0 ? 1 / count : 0 }
      }
      function act(step: number, probabilities: Float32Array): Int32Array {
        const random = randomStream(seed, 'act', step)
        const now = done[step % period]!
        for (let i = 0; i < size; i++) {
          let [left, action] = [random.uniform(), 0]
          const at = i * names.length
          for (; action < names.length - 1; action++) {
            left -= probabilities[at + action]!
            if (left < 0) break
          }
          now[i] = action
          if (!games.present[i]) continue
          choice.count++
          for (let a = 0; a < names.length; a++) {
            const p = probabilities[at + a]!
            if (p > 0) choice.entropy -= p * Math.log(p)
          }
        }
        return now
      }
      function tell(): void {
        const episodes = games.outcomes()
        const meanOf = (of: (episode: (typeof episodes)[number]) => number): number =>
          episodes.reduce((sum, episode) => sum + of(episode), 0) / episodes.length
        told.meanReturn = meanOf((episode) => episode.return)
        told.score = meanOf(({ outcome }) => outcome[0]!)
        told.entropy = choice.entropy / Math.max(1, choice.count)
        Object.assign(choice, { entropy: 0, count: 0 })
      }

      return {
        ahead: 1,
        fill(step, draw, columns) {
          const at = step % period
          const out = columns as Readonly<Record<string, Float32Array | undefined>>
          if (at === 0) told.level = levelAt(step)
          for (const name of TOLD) out[name]?.fill(told[name])
          if (draw > 0) return
          if (at < length) {
            if (at === 0) {
              games.next(told.level)
              learned = undefined
            }
            ;(columns.observation as Observation | undefined)?.set(games.observations)
            out.present?.set(games.present)
            for (const name of ['action', 'advantage', 'return', 'weight']) out[name]?.fill(0)
            return
          }
          learned ??= whatWasPlayed()
          const t = at - length
          const { returns, advantages, weight } = learned
          ;(columns.observation as Observation | undefined)?.set(seen[t]!)
          out.present?.set(present[t]!)
          out.action?.set(done[t]!)
          out.advantage?.set(advantages[t]!)
          out.return?.set(returns[t]!)
          present[t]!.forEach((there, i) => {
            if (out.weight) out.weight[i] = there * weight
          })
        },
        take(step, { probabilities, value }) {
          const at = step % period
          if (at >= length) return
          seen[at]!.set(games.observations)
          present[at]!.set(games.present)
          expected[at]!.set(value!)
          games.step(act(step, probabilities!))
          rewards[at]!.set(games.rewards)
          if (at === length - 1) tell()
        },
        save(): SavedSource {
          const state = JSON.stringify({ games: games.save(), choice, told })
          const parts = { seen, present, done, expected, rewards }
          return {
            state: { shape: [state.length], data: encoder.encode(state) as Uint8Array<ArrayBuffer> },
            ...Object.fromEntries(
              Object.entries(parts).flatMap(([name, each]) =>
                each.map((data, t) => [`${name}-${t}`, { shape: [data.length], data: data.slice() }]),
              ),
            ),
          }
        },
        restore(saved) {
          if (!saved.state) throw new DataError('expected the state of what a team plays, got none')
          const state = JSON.parse(decoder.decode(saved.state.data as Uint8Array))
          games.restore(state.games)
          Object.assign(choice, state.choice)
          Object.assign(told, state.told)
          for (const [name, each] of Object.entries({ seen, present, done, expected, rewards }))
            each.forEach((data, t) => {
              const found = saved[`${name}-${t}`]?.data
              if (found?.length !== data.length)
                throw new DataError(
                  `expected ${data.length} numbers "${name}" of step ${t} of what a team played, got ${found?.length ?? 'none'}`,
                )
              data.set(found as never)
            })
          learned = undefined
        },
      }
    },
  }
}

// Watches over an agent: a policy that collapsed, values that run away, returns beyond those whose probabilities are learned.
import { above, below, both, either, LOOK, type LogWatch, type Verdict, WINDOW } from './watch.ts'

/** First step at which an agent is judged: before that it plays by chance, and its networks know nothing. */
export const AGENT_FROM = 2000
/** What is left of the return that an agent had at its best, from its worst on. */
export const RETURN_LEFT = { lost: 0.4, well: 0.6 }
/** The same where besides nearly all it sees makes it do the same. */
export const RETURN_OF_ONE = { lost: 0.75, well: 0.85 }
/** Share of what it sees in which one action, the commonest, is the best. */
export const SAME_ACTION = { lost: 0.98, well: 0.9 }
/** The value of the best action as a multiple of the best return: values are discounted, and should be below it. */
export const RUNAWAY_VALUE = { lost: 5, well: 3 }
/** The same as a multiple of the lowest that it was: networks begin anywhere. */
export const RISEN_VALUE = { lost: 1.5, well: 1.2 }
/** The value of the best action as a share of the highest return whose probability is learned. */
export const AT_LIMIT = { lost: 0.9, well: 0.8 }
/** A best return of which less than this share was gained has not been learned: no policy was lost. */
const LEAST_GAIN = 0.3

/** What the watches of an agent look at, by metric name. */
export interface AgentMetrics {
  /** Mean return of the newest episodes. */
  readonly meanReturn: string
  /** Of the best action. */
  readonly value: string
  /** Share of observations in which the commonest best action is the best. */
  readonly sameAction: string
  /** The highest return whose probability is learned, where probabilities are. */
  readonly highest?: number | undefined
}

/** Share of what was gained that is left; 1 where too little was gained to say. */
function left(now: number, lowest: number, highest: number): number {
  const gained = highest - lowest
  return gained > LEAST_GAIN * Math.abs(highest) ? (now - lowest) / gained : 1
}

const number = (value: number): string => value.toPrecision(3)
const percent = (share: number): string => `${(100 * share).toFixed(0)}%`

/** What watches whether an agent forgets how to play, and whether its values mean anything. */
export const agentWatches = ({ meanReturn, value, sameAction, highest }: AgentMetrics): LogWatch[] => {
  const fallen = (now: readonly number[], low: readonly number[], high: readonly number[]): number =>
    left(now[0]!, low[0]!, high[0]!)
  const isOne = (same: number): Verdict => above(same, SAME_ACTION)
  return [
    {
      kind: 'policy-collapsed',
      label: 'a policy that collapsed',
      from: AGENT_FROM,
      reads: 'log',
      metrics: [meanReturn, sameAction],
      judge(now, low, high) {
        const rest = fallen(now, low, high)
        return either(below(rest, RETURN_LEFT), both(isOne(now[1]!), below(rest, RETURN_OF_ONE)))
      },
      lost: ([now, same], _, [best]) =>
        `episodes return ${number(now!)}, after ${number(best!)} at their best${
          isOne(same!) === 'lost' ? `, and one action is the best in ${percent(same!)} of what is seen` : ''
        }: the policy has collapsed. A lower learning rate, a larger memory or a target network that follows less often helps; a checkpoint of before has what was lost.`,
      over: ([now]) => `over: episodes return ${number(now!)} again.`,
    },
    {
      kind: 'values-runaway',
      label: 'values that run away',
      from: AGENT_FROM,
      reads: 'log',
      metrics: [meanReturn, value],
      judge: ([, now], [, lowest], [best]) =>
        both(
          above(Math.abs(now!) / Math.max(1, Math.abs(best!)), RUNAWAY_VALUE),
          above(Math.abs(now!) / Math.max(1e-9, Math.abs(lowest!)), RISEN_VALUE),
        ),
      lost: ([, now], _, [best]) =>
        `the best action is taken to be worth ${number(now!)} on average over ${WINDOW} steps, and the best return was ${number(best!)}: values run away. double, a lower learning rate or a target network that follows less often helps.`,
      over: ([, now]) => `over: the best action is taken to be worth ${number(now!)}.`,
    },
    ...(highest === undefined || highest <= 0
      ? []
      : [
          {
            kind: 'values-at-limit',
            label: 'values at the highest return that can be learned',
            from: Math.max(AGENT_FROM, WINDOW + LOOK),
            reads: 'log',
            metrics: [value],
            judge: ([now]) => above(now! / highest, AT_LIMIT),
            lost: ([now]) =>
              `the best action is taken to be worth ${number(now!)}, and no return above ${highest} can be learned: give a higher --highest.`,
            over: ([now]) => `over: the best action is taken to be worth ${number(now!)}, below ${highest}.`,
          } satisfies LogWatch,
        ]),
  ]
}

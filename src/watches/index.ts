// What can watch a training, one file per way in which it is lost.
export { type AgentMetrics, agentWatches } from './agent.ts'
export { collapseWatch, modesReached } from './collapse.ts'
export { type Descent, descentWatches } from './descent.ts'
export { type DuelMetrics, duelWatches } from './duel.ts'
export { latentWatch } from './latents.ts'
export { spreadWatch } from './spread.ts'
export type { Limits, LogWatch, ModesReached, SampleWatch, Variety, Verdict, Watch } from './watch.ts'

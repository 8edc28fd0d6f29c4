// What the records of runs say in numbers and sentences, alone and side by side.
export {
  type Comparison,
  type ComparisonData,
  type ComparisonOptions,
  comparisonData,
  comparisonOf,
  numbersOf,
  type RunNumbers,
} from './comparison.ts'
export { type Curve, curveOf, downsample, smooth } from './curve.ts'
export { type ComparisonEntry, firstOf, type Group } from './entry.ts'
export { type Found, meanOf, missing } from './found.ts'
export { type Joinable, type JoinedNumbers, joinNumbers } from './joined.ts'
export { parseQuality, type Quality } from './quality.ts'
export { BETTER, countText, foundText, type Row, type ValueFormat } from './row.ts'
export { formatMetric, type RunSummary, summarize, type TailMetric } from './summary.ts'
export { intervalOf, RULE } from './told-apart.ts'
export { type Sentence, TOPICS, type Topic } from './wording.ts'

// Comparisons of runs without Node: the numbers, what they say, and the page.
export {
  type Comparison,
  type ComparisonData,
  type ComparisonOptions,
  comparisonData,
  comparisonOf,
} from './comparison.ts'
export { type ComparisonEntry, firstOf, type Group } from './entry.ts'
export type { Found } from './found.ts'
export { type JoinedNumbers, joinNumbers } from './joined.ts'
export { type ComparisonGrids, comparisonHtml } from './page.ts'
export { parseQuality, type Quality } from './quality.ts'
export { BETTER, countText, foundText, type Row, type ValueFormat } from './row.ts'
export { RULE } from './told-apart.ts'
export { type Sentence, TOPICS, type Topic } from './wording.ts'

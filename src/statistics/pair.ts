// Two groups of several side by side: every number of both, how far they are apart, and what may be said of it.
import { type Row, ranked } from './row.ts'
import { sentencesOf } from './sentences.ts'
import { type Difference, differenceOf } from './told-apart.ts'
import type { Sentence } from './wording.ts'

/** A row of two groups. */
export interface PairRow {
  /** With two values: of the first group, and of the second. */
  readonly row: Row
  /** The first less the second; absent where one is missing. */
  readonly difference?: Difference
  /** What the rule of comparisons says of it; nothing of facts that are neither better nor worse. */
  readonly sentences: readonly Sentence[]
}

/**
 * Two of the groups that rows are of. What is claimed is what a comparison of these two alone claims.
 *
 * @param labels             of all groups, in the order of the rows' values
 * @param pair               indices of two of them
 * @param comparableSeconds  whether both were made on one kind of machine. Default true
 */
export function pairOf(
  rows: readonly Row[],
  labels: readonly string[],
  pair: readonly [first: number, second: number],
  { comparableSeconds = true }: { readonly comparableSeconds?: boolean } = {},
): PairRow[] {
  const of = <Item>(items: readonly Item[]): Item[] => pair.map((index) => items[index]!)
  const two = rows.map(({ best: _, ...row }) =>
    ranked({ ...row, values: of(row.values), runs: of(row.runs) }),
  )
  const groups = of(labels).map((label) => ({ label }))
  const said = sentencesOf(two, groups, { comparableSeconds })
  return two.map((row) => {
    const difference = differenceOf(row.values[0]!, row.values[1]!)
    return {
      row,
      ...(difference ? { difference } : {}),
      sentences: said.filter((sentence) => sentence.row === row.name),
    }
  })
}

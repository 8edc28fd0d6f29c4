// Whether a step is worth more than one thread.
import type { Work } from '../graph/work.ts'

/** About as many multiplications as a core makes while it moves a byte. */
const MULTIPLICATIONS_PER_BYTE = 8
/** What one thread does in about ten microseconds, which is what it costs to have others help and to wait for them. */
const LEAST_PER_OPERATOR = 800_000

/**
 * Whether operators are large enough, in the mean, for threads to share them. Networks of a few thousand weights are not: their
 * steps take twice as long on two threads.
 */
export const worthThreads = ({ multiplications, bytes, operators }: Work): boolean =>
  multiplications + MULTIPLICATIONS_PER_BYTE * bytes >= LEAST_PER_OPERATOR * operators

// What one fact about an operator looks like.
import type { Attributes, DType } from '../../../src/graph/value.ts'
import type { Nested } from '../../support/tensors.ts'

/** An input: its numbers, or its numbers with a type, or with a shape where a literal cannot say it. */
export type CaseInput =
  | Nested
  | { readonly of: Nested; readonly dtype: DType }
  | { readonly empty: readonly number[]; readonly dtype?: DType }

export interface KernelCase {
  /** Completes the sentence "<Op> ...". */
  readonly name: string
  readonly inputs: readonly CaseInput[]
  readonly attributes?: Attributes
  /** The first output; its nesting says the shape, too. */
  readonly expected: Nested
  readonly dtype?: DType
  /** Largest difference allowed, relative to the expected number; default 0: the numbers are equal. */
  readonly tolerance?: number
}

export type KernelCases = Readonly<Record<string, readonly KernelCase[]>>

export const int = (of: Nested): CaseInput => ({ of, dtype: 'int64' })
export const bool = (of: Nested): CaseInput => ({ of, dtype: 'bool' })

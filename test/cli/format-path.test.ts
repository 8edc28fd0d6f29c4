// Paths read well.
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { formatPath } from '../../src/cli/format-path.ts'

describe('formatPath', () => {
  it('is relative inside the current folder and absolute outside', () => {
    expect(formatPath(resolve('/a/b/runs/x'), resolve('/a/b'))).toBe(join('runs', 'x'))
    expect(formatPath(resolve('/c/d'), resolve('/a/b'))).toBe(resolve('/c/d'))
    expect(formatPath(resolve('/a/b'), resolve('/a/b'))).toBe('.')
  })
})

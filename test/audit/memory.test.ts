// What an audit says of the memory that it takes: it grows with what is computed, and too much of it is refused.
import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { auditBytes } from '../../src/audit/memory.ts'
import { openClassifier } from '../../src/classifiers/open-classifier.ts'
import { BARS_MODEL } from './bars.ts'

const classifier = openClassifier(await readFile(BARS_MODEL))
const usual = { batch: 100, lanes: 1, used: 0, most: 1e12 }
const bytes = (more: Partial<typeof usual> = {}): number => auditBytes(classifier, { ...usual, ...more })

describe('the memory of an audit', () => {
  it('grows with the images at once, each as much as the one before', () => {
    const [none, once, twice] = [0, 1000, 2000].map((more) => bytes({ batch: 1000 + more }))
    expect(once! - none!).toBeGreaterThan(1000 * 12 * 12 * 4)
    expect((twice! - once!) / (once! - none!)).toBeCloseTo(1, 2)
  })

  it('has the weights once more for each further thread, the maps of a batch only once', () => {
    const weights = bytes({ lanes: 2 }) - bytes()
    expect(weights).toBeGreaterThan(0)
    expect(bytes({ lanes: 3 }) - bytes({ lanes: 2 })).toBeLessThan(2 * weights)
    expect(bytes({ batch: 10_000, lanes: 2 }) / bytes({ batch: 10_000 })).toBeLessThan(1.1)
  })

  it('comes on top of what is there', () => {
    expect(bytes({ used: 7e9 }) - bytes()).toBeCloseTo(7e9, -3)
  })

  it('is refused where it is more than there may be, with what makes it less', () => {
    expect(() => bytes({ batch: 1e6, most: 1e9 })).toThrow(
      /^an audit with 1000000 images at once takes up to \d+\.\d GB of memory, more than the 1 GB that it may take on this machine; choose a smaller --batch$/,
    )
  })
})

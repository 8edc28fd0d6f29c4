// Every kind of file that strangers may give us: the corpus of the fuzzer, and mutations of it, are read or refused clearly.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { corpusOf, seedsOf } from '../../scripts/lib/fuzz/seeds.mjs'
import { outcomeOf, TARGETS, targetsNamed } from '../../scripts/lib/fuzz/targets.mjs'
import { randomStream } from '../../src/util/random.ts'

/** Mutations of each kind; `npm run fuzz` and `scripts/mutated-files.mjs` make as many as one likes. */
const MUTATIONS = 60
/** Milliseconds that no file may take. */
const MOST = 5000

describe.each(targetsNamed('all'))('a file of the kind "%s"', (kind) => {
  const target = TARGETS[kind]!
  const inFolder = async (use: (read: (bytes: Uint8Array<ArrayBuffer>) => unknown) => Promise<void>) => {
    const folder = mkdtempSync(join(tmpdir(), 'sparring-fuzz-'))
    try {
      await use(await target.open(folder))
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }
  /** Fails on an error that is not ours, and on one that took too long. */
  const expectClear = async (
    read: (bytes: Uint8Array<ArrayBuffer>) => unknown,
    bytes: Uint8Array<ArrayBuffer>,
    what: string,
  ): Promise<string> => {
    const start = performance.now()
    const { outcome, fault } = await outcomeOf(read, bytes)
    expect(fault, what).toBeUndefined()
    expect(performance.now() - start, what).toBeLessThan(MOST)
    return outcome
  }

  it('is read when it is whole, and has a corpus', async () => {
    const seeds = await seedsOf(kind)
    expect(seeds.length + corpusOf(kind).length).toBeGreaterThan(0)
    await inFolder(async (read) => {
      for (const [i, bytes] of seeds.entries())
        expect(await expectClear(read, bytes, `seed ${i}`)).toBe('result')
    })
  })

  it('is read or refused with a clear error when it is one of the corpus, or mutated', async () => {
    const corpus = corpusOf(kind)
    const files = [...(await seedsOf(kind)), ...corpus.map(({ bytes }) => bytes)]
    await inFolder(async (read) => {
      for (const { name, bytes } of corpus) await expectClear(read, bytes, `corpus ${name}`)
      for (let i = 0; i < MUTATIONS; i++) {
        const random = randomStream(1, `test ${kind}`, i)
        const [bytes, other] = [files[random.integer(files.length)]!, files[random.integer(files.length)]!]
        await expectClear(read, target.mutate(bytes, random, other), `mutation ${i}`)
      }
    })
  })
})

it('names every group of files that a target may be', () => {
  const groups = new Set(Object.values(TARGETS).map(({ group }) => group))
  expect([...groups]).toEqual(['onnx', 'idx', 'safetensors', 'images', 'configs', 'logs'])
  for (const group of groups) expect(targetsNamed(group).length).toBeGreaterThan(0)
})

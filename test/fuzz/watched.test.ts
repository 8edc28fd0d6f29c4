// The watch over a process that reads files: what takes too long, or too much memory, is ended and named.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, expect, it } from 'vitest'
import { mutateBytes, mutateJsonFile, mutateLines } from '../../scripts/lib/fuzz/mutate.mjs'
import { runWatched } from '../../scripts/lib/fuzz/watched.mjs'
import { randomStream } from '../../src/util/random.ts'

const folder = mkdtempSync(join(tmpdir(), 'sparring-watched-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** A child that does something while it reads the bytes 1, 2, 3. */
const reading = (name: string, what: string): URL => {
  const watched = new URL('../../scripts/lib/fuzz/watched.mjs', import.meta.url).href
  const path = join(folder, `${name}.mjs`)
  writeFileSync(
    path,
    `import { announcer } from '${watched}'
    process.once('message', async ({ announce }) => {
      const said = announcer(announce)
      said.begin(Uint8Array.of(1, 2, 3))
      ${what}
      said.end()
      setImmediate(() => process.disconnect())
    })`,
  )
  return pathToFileURL(path)
}
const MEMORY = 400 * 2 ** 20
const watch = (name: string, what: string, seconds = 30) =>
  runWatched(reading(name, what), {}, () => {}, { seconds, bytes: MEMORY })

it('leaves alone what ends by itself', async () => {
  expect(await watch('quick', '')).toEqual({})
})

it('names bytes on which a process hangs, fills the memory, or ends', async () => {
  const bytes = Uint8Array.of(1, 2, 3)
  expect(await watch('endless', 'for (;;);', 0.3)).toEqual({ fault: 'takes more than 0.3 s', bytes })
  const memory = await watch('large', 'const a = []; for (;;) a.push(Buffer.alloc(2 ** 24, 1))')
  expect(memory.fault).toMatch(/takes .* MiB of memory/)
  expect(memory.bytes).toEqual(bytes)
  const ended = await watch('ended', 'process.exit(7)')
  expect(ended.fault).toContain('ends the process (7)')
})

it('mutates the same way for the same seed', () => {
  const json = new TextEncoder().encode('{"step":3,"list":[1,2,{"a":null}]}\n{"step":4}\n')
  for (const mutate of [mutateBytes, mutateJsonFile, mutateLines]) {
    const mutated = (seed: number) =>
      Array.from({ length: 20 }, (_, i) => [...mutate(json, randomStream(seed, 'test', i), json)])
    expect(mutated(1)).toEqual(mutated(1))
    expect(mutated(1)).not.toEqual(mutated(2))
  }
})

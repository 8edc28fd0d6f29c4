// After every build the package has the types that it names: npm start makes them too, and only when they are old.
import { mkdir, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { typesAreStale } from '../../scripts/lib/build-types.mjs'

let folder: string
const src = (): string => join(folder, 'src')
const dist = (): string => join(folder, 'dist')
const stale = (): boolean => typesAreStale({ src: src(), dist: dist() })
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sparring-types-'))
  for (const path of ['src/room', 'dist']) await mkdir(join(folder, path), { recursive: true })
  await writeFile(join(src(), 'room/one.ts'), 'export const one = 1\n')
})
afterAll(() => rm(folder, { recursive: true }))

describe('the declarations', () => {
  it('are made where one of the entrances has none, or a source is newer', async () => {
    expect(stale()).toBe(true)
    await writeFile(join(dist(), 'index.d.ts'), 'export {}\n')
    expect(stale()).toBe(true)
    await writeFile(join(dist(), 'node.d.ts'), 'export {}\n')
    expect(stale()).toBe(false)
    const later = new Date(Date.now() + 10_000)
    await utimes(join(src(), 'room/one.ts'), later, later)
    expect(stale()).toBe(true)
  })

  it('are made by npm start, npm run build and before packing', async () => {
    const { scripts, exports } = JSON.parse(await readFile('package.json', 'utf8')) as {
      scripts: Record<string, string>
      exports: Record<string, { types?: string }>
    }
    const entrances = Object.values(exports).flatMap(({ types }) => types ?? [])
    expect(entrances).toEqual(['./dist/index.d.ts', './dist/node.d.ts'])
    for (const name of ['start', 'build', 'prepack'])
      expect(await readFile(scripts[name]!.replace('node ', ''), 'utf8'), name).toMatch(
        /buildTypes\(\)|tsconfig\.build/,
      )
  })
})

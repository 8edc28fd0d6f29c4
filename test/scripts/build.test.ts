// The build: writes what changed, removes what is gone, names what cannot be read.
import { mkdir, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { build } from '../../scripts/lib/build.mjs'

describe('the build', () => {
  let folder: string
  const src = (): string => join(folder, 'src')
  const dist = (): string => join(folder, 'dist')
  const built = (file: string): Promise<string> => readFile(join(dist(), file), 'utf8')
  const make = (): Promise<number> => build({ src: src(), dist: dist() })

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sparring-build-'))
    await mkdir(join(src(), 'room'), { recursive: true })
    await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
    await writeFile(join(src(), 'index.ts'), "export { one } from './room/one.ts'\nexport type N = number\n")
    await writeFile(join(src(), 'room/one.ts'), 'export const one: number = 1\n')
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  it('writes modules that import each other as JavaScript', async () => {
    expect(await make()).toBe(2)
    expect(await built('index.js')).toContain('./room/one.js')
    expect((await import(join(dist(), 'index.js'))).one).toBe(1)
  })

  it('writes nothing when nothing changed', async () => {
    await make()
    expect(await make()).toBe(0)
  })

  it('writes only the file that changed, also when its time went back', async () => {
    await make()
    await writeFile(join(src(), 'room/one.ts'), 'export const one: number = 2\n')
    await utimes(join(src(), 'room/one.ts'), 1000, 1000)
    expect(await make()).toBe(1)
    expect(await built('room/one.js')).toContain('one = 2')
  })

  it('removes the output of a source that is gone, and its declaration', async () => {
    await make()
    await writeFile(join(dist(), 'room/one.d.ts'), 'export declare const one: number\n')
    await rm(join(src(), 'room/one.ts'))
    await make()
    await expect(built('room/one.js')).rejects.toThrow('ENOENT')
    await expect(built('room/one.d.ts')).rejects.toThrow('ENOENT')
  })

  it('names the file and the line of a syntax error and leaves the old output', async () => {
    await make()
    await writeFile(join(src(), 'room/one.ts'), 'export const one = 1\nexport const = 2\n')
    await expect(make()).rejects.toThrow(/room\/one\.ts\(2,14\)/)
    expect(await built('room/one.js')).toContain('one = 1')
  })
})

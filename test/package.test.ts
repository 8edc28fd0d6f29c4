// What the package promises to npm: files behind its exports, and an installation that needs the registry only.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

interface Manifest {
  readonly exports: Readonly<Record<string, string | { readonly types: string; readonly default: string }>>
  readonly dependencies: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
  readonly allowScripts: Readonly<Record<string, boolean>>
}
interface Locked {
  readonly hasInstallScript?: boolean
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly integrity?: string
  readonly resolved?: string
}

const ROOT = join(import.meta.dirname, '..')
const read = (file: string): unknown => JSON.parse(readFileSync(join(ROOT, file), 'utf8'))
const manifest = read('package.json') as Manifest
const lock = (read('package-lock.json') as { packages: Record<string, Locked> }).packages
const locked = Object.entries(lock).filter(([path]) => path !== '')

describe('the exports of the package', () => {
  it.each(Object.entries(manifest.exports))('%s comes from a source file', (_, target) => {
    if (typeof target === 'string') return expect(existsSync(join(ROOT, target))).toBe(true)
    const source = target.default.replace(/^\.\/dist\/(.*)\.js$/, 'src/$1.ts')
    expect(existsSync(join(ROOT, source))).toBe(true)
    expect(target.types).toBe(target.default.replace(/\.js$/, '.d.ts'))
  })
})

describe('the lock file', () => {
  // onnxruntime-node would download CUDA libraries, which are not used, from outside the registry: where that is
  // blocked the whole installation fails. npm runs no script that the lock file does not announce; newer versions
  // also heed allowScripts. After an update of that package take its "hasInstallScript" out of the lock file again.
  it('announces no install script', () =>
    expect(locked.filter(([, entry]) => entry.hasInstallScript).map(([path]) => path)).toEqual([]))

  it('is backed by package.json, which forbids the scripts of onnxruntime-node, of an old protobufjs (a version notice) and of a faster reader for a queue', () =>
    expect(manifest.allowScripts).toEqual({
      'msgpackr-extract': false,
      'onnxruntime-node': false,
      protobufjs: false,
    }))

  it('has every package of every platform, with its hash', () => {
    const names = new Set(Object.keys(lock).map((path) => path.replace(/^.*node_modules\//, '')))
    const wanted = Object.values(lock).flatMap((entry) =>
      Object.keys({ ...entry.dependencies, ...entry.optionalDependencies }),
    )
    expect(wanted.filter((name) => !names.has(name))).toEqual([])
    expect(locked.filter(([, entry]) => !entry.integrity).map(([path]) => path)).toEqual([])
  })

  it('names no addresses, so that any registry serves', () =>
    expect(locked.filter(([, { resolved }]) => resolved).map(([path]) => path)).toEqual([]))
})

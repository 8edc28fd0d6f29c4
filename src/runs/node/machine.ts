// What a run records of the machine and of the programs it ran with.
import { createRequire } from 'node:module'
import { arch, availableParallelism, cpus, platform, totalmem } from 'node:os'
import sharp from 'sharp'
import type { RunConfig } from '../index.ts'

export const packageVersion = (): string =>
  (createRequire(import.meta.url)('../../../package.json') as { version: string }).version

/** Of the library that decodes images. */
export const sharpVersion = (): string => sharp.versions.sharp

export const versions = (engine: string): Record<string, string> => {
  const [name, version] = engine.split(' ')
  return { sparring: packageVersion(), node: process.versions.node, sharp: sharpVersion(), [name!]: version! }
}

export const machine = (): RunConfig['machine'] => ({
  platform: platform(),
  arch: arch(),
  cpu: cpus()[0]?.model.trim() ?? 'unknown',
  cores: availableParallelism(),
  memoryBytes: totalmem(),
})

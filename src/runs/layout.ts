// Names of the files in a run folder, but for its logs.
import type { SampleEntry, SampleKind } from './schema.ts'

const padded = (step: number): string => String(step).padStart(6, '0')

/** `samples/step-000400.png`, or `samples/fresh-000400.png` for fresh latents. */
export const sampleFile = (step: number, kind: SampleKind): string =>
  `samples/${kind === 'fixed' ? 'step' : 'fresh'}-${padded(step)}.png`

/** `checkpoints/step-000400.safetensors`. */
export const checkpointFile = (step: number): string => `checkpoints/step-${padded(step)}.safetensors`

/** The sample sheet a file name in `samples/` stands for, or undefined for any other file. */
export function parseSampleName(name: string): SampleEntry | undefined {
  const match = /^(step|fresh)-(\d{6,})\.png$/.exec(name)
  if (!match) return undefined
  return { step: Number(match[2]), kind: match[1] === 'step' ? 'fixed' : 'fresh', file: `samples/${name}` }
}

/** The step a file name in `checkpoints/` stands for, or undefined for any other file. */
export function parseCheckpointName(name: string): number | undefined {
  const match = /^step-(\d{6,})\.safetensors$/.exec(name)
  return match ? Number(match[1]) : undefined
}

// What a run folder holds that must not depend on how often the run was interrupted.
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Networks, checkpoints, pictures and logs by path, base64; not the curves, which may tell of a stop. */
export async function runContents(folder: string): Promise<Record<string, string>> {
  const files = (await readdir(folder, { recursive: true })).filter(
    (path) =>
      /\.(onnx|png|safetensors)$|^(metrics|events|validation)\.jsonl$/.test(path) &&
      !path.includes('learning-curves'),
  )
  return Object.fromEntries(
    await Promise.all(
      files.sort().map(async (path) => [path, await readFile(join(folder, path), 'base64')] as const),
    ),
  )
}

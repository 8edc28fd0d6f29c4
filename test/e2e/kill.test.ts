// A run that is killed without warning and resumed ends as one that was left alone.
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { smallData, sparring } from './sparring.ts'

let cwd: string
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'sparring-kill-'))
  await smallData(join(cwd, 'small'))
})
afterAll(() => rm(cwd, { recursive: true }))

/** Milliseconds, for six processes one after the other. */
const PATIENCE = 180_000
const settings = '--data ./small --steps 150 --batch-size 8 --sample-every 25 --checkpoint-every 10'

/** Everything in a run folder that must not depend on interruptions. */
async function contents(run: string): Promise<Record<string, string>> {
  const files = ['metrics.jsonl', 'events.jsonl', 'generator.onnx', 'discriminator.onnx']
  for (const folder of ['samples', 'checkpoints'])
    for (const file of await readdir(join(cwd, run, folder))) files.push(join(folder, file))
  const present = files.filter((file) => existsSync(join(cwd, run, file)))
  const entries = present.map(
    async (file) => [file, (await readFile(join(cwd, run, file))).toString('base64')] as const,
  )
  return Object.fromEntries(await Promise.all(entries))
}

it(
  'ends with the same bytes after being killed while logging, sampling and writing checkpoints',
  async () => {
    expect((await sparring(`train mlp-gan ${settings} --run whole --quiet`.split(' '), { cwd })).code).toBe(0)
    // Killed right after the first of these lines of progress appears; the last one strikes in the next call.
    const moments = [
      /sampl|checkpoint/,
      /step 40: checkpoint/,
      /samples\/step-000075/,
      /step 120: checkpoint/,
    ]
    for (const [attempt, moment] of moments.entries()) {
      const args = attempt === 0 ? `train mlp-gan ${settings} --run broken` : 'resume broken'
      const { code } = await sparring(args.split(' '), {
        cwd,
        onProgress: (text, child) => {
          if (moment.test(text)) child.kill('SIGKILL')
        },
      })
      expect(code, `attempt ${attempt} should have been killed`).toBeNull()
    }
    expect((await sparring('resume broken --quiet'.split(' '), { cwd })).code).toBe(0)
    const [whole, broken] = [await contents('whole'), await contents('broken')]
    expect(Object.keys(broken)).toEqual(Object.keys(whole))
    for (const file of Object.keys(whole)) expect(broken[file] === whole[file], file).toBe(true)
  },
  PATIENCE,
)

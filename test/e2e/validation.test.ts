// A VAE on data with a held-out part: measured as it trains, killed and resumed, and its files.
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type ProcessOptions, smallData, sparring, sparringHere } from './sparring.ts'

let cwd: string
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'sparring-validation-'))
  await smallData(join(cwd, 'small'))
  await smallData(join(cwd, 'small'), 20, 't10k')
  await smallData(join(cwd, 'single'))
})
afterAll(() => rm(cwd, { recursive: true }))

const read = (run: string, file: string): Promise<string> => readFile(join(cwd, run, file), 'utf8')
const settings = '--steps 60 --batch-size 8 --sample-every 0 --checkpoint-every 10 --validate-every 15'
const train = (run: string, data: string, onProgress?: ProcessOptions['onProgress']) =>
  (onProgress ? sparring : sparringHere)(
    `train vae-shallow --data ./${data} ${settings} --run ${run} --json`.split(' '),
    {
      cwd,
      onProgress,
    },
  )

it('is logged, told, drawn, and the same bytes after the run was killed', async () => {
  const whole = await train('whole', 'small')
  expect(whole.code, whole.stderr).toBe(0)
  const rows = (await read('whole', 'validation.jsonl'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(rows.map(({ step }) => step)).toEqual([0, 15, 30, 45, 59])
  expect(rows.at(-1).loss).toBeLessThan(rows[0].loss)
  expect(whole.json().validation).toEqual(rows.at(-1))
  expect(whole.stderr).toMatch(
    /step 45: validation loss \S+, reconstruction \S+, KL divergence \S+, active latents \S+\n/,
  )
  const { data } = JSON.parse(await read('whole', 'config.json'))
  expect(data.test).toEqual({ hash: expect.any(String), count: 20 })
  expect(await read('whole', 'report.html')).toContain('Validation loss')
  expect(await readdir(join(cwd, 'whole'))).toEqual(expect.arrayContaining(['encoder.onnx', 'decoder.onnx']))

  const killed = await train('broken', 'small', (text, child) => {
    if (/step 30: validation/.test(text)) child.kill('SIGKILL')
  })
  expect(killed.code).toBeNull()
  const resumed = await sparringHere(['resume', 'broken', '--json'], { cwd })
  expect(resumed.code, resumed.stderr).toBe(0)
  for (const file of ['metrics.jsonl', 'validation.jsonl', 'encoder.onnx'])
    expect((await read('broken', file)) === (await read('whole', file)), file).toBe(true)
})

it('does not happen on data without a held-out part', async () => {
  const { code, stderr, json } = await train('plain', 'single')
  expect(code, stderr).toBe(0)
  expect(json()).not.toHaveProperty('validation')
  expect(await readdir(join(cwd, 'plain'))).not.toContain('validation.jsonl')
})

it('refuses to go on when the held-out part has changed', async () => {
  await sparringHere(`train vae-shallow --data ./small ${settings} --run moved --json`.split(' '), { cwd })
  await smallData(join(cwd, 'small'), 19, 't10k')
  const { code, json } = await sparringHere(['resume', 'moved', '--json'], { cwd })
  expect(code).toBe(3)
  expect(json().error?.message).toMatch(
    /the held-out part of the data .* has changed since the run was started/,
  )
})

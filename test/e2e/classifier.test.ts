// A classifier from the command line: killed and resumed, its record of the held-out images, and what it refuses.
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { smallData, sparring, sparringHere } from './sparring.ts'

let cwd: string
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'sparring-classifier-'))
  await smallData(join(cwd, 'small'))
  await smallData(join(cwd, 'small'), 20, 't10k')
  await smallData(join(cwd, 'bare'))
  await rm(join(cwd, 'bare', 'train-labels-idx1-ubyte'))
})
afterAll(() => rm(cwd, { recursive: true }))

const settings = '--steps 40 --batch-size 16 --checkpoint-every 10 --validate-every 10'
const train = (data: string, run: string, kill = false) =>
  (kill ? sparring : sparringHere)(
    `train classifier --data ./${data} ${settings} --run ${run} --json`.split(' '),
    {
      cwd,
      onProgress: (text, child) => kill && /step 20: validation/.test(text) && child.kill('SIGKILL'),
    },
  )
const read = (run: string, file: string): Promise<string> => readFile(join(cwd, run, file), 'utf8')

it('records how held-out images are named, the same after it was killed', async () => {
  const whole = await train('small', 'whole')
  expect(whole.code, whole.stderr).toBe(0)
  const { classification, validation, files } = whole.json() as {
    classification: { accuracy: number; data: { count: number }; step: number; confusion: number[][] }
    validation: { accuracy: number }
    files: Record<string, string>
  }
  expect(classification).toMatchObject({ step: 39, data: { count: 20 } })
  expect(classification.accuracy).toBeCloseTo(validation.accuracy, 6)
  expect(classification.confusion.flat().reduce((sum, n) => sum + n, 0)).toBe(20)
  expect(JSON.parse(await read('whole', 'classification.json'))).toEqual(classification)
  expect(Object.keys(files)).toEqual(expect.arrayContaining(['confusion-matrix', 'classifier']))
  expect(Object.keys(files)).not.toContain('grid')
  expect(await read('whole', 'report.html')).toContain('What held-out images are taken for')
  expect(JSON.parse(await read('whole', 'config.json')).data.classes).toHaveLength(10)

  expect((await train('small', 'broken', true)).code).toBeNull()
  const resumed = await sparringHere(['resume', 'broken'], { cwd })
  expect(resumed.code, resumed.stderr).toBe(0)
  expect(resumed.stdout).toMatch(/named rightly: \d+\.\d\d% of 20 held-out images/)
  expect(resumed.stdout).not.toContain('sparring sample')
  for (const file of ['metrics.jsonl', 'classification.json', 'classifier.onnx'])
    expect((await read('broken', file)) === (await read('whole', file)), file).toBe(true)

  await rm(join(cwd, 'whole', 'classification.json'))
  const again = await sparringHere(['report', 'whole'], { cwd })
  expect(again.code, again.stderr).toBe(0)
  expect(await read('whole', 'classification.json')).toBe(await read('broken', 'classification.json'))
  const sample = await sparringHere(['sample', 'whole', '--json'], { cwd })
  expect(sample.code).toBe(2)
  expect(sample.json().error?.message).toContain('"classifier" makes no images')
})

it('refuses data without labels before it makes a run', async () => {
  const { code, json } = await train('bare', 'none')
  expect(code).toBe(3)
  expect(json().error?.message).toContain(
    'classifier learns the labels of images, and the data "bare" has none',
  )
  expect(await readdir(cwd)).not.toContain('none')
})

it('learns under attack, the same after it was killed, and records every setting of the attacker', async () => {
  const settings = '--steps 12 --batch-size 8 --checkpoint-every 4 --validate-every 4'
  const attacked = (run: string, kill = false) =>
    (kill ? sparring : sparringHere)(
      `train classifier --data ./small --adversarial free --replays 2 --attack-steps 3 ${settings} --run ${run} --json`.split(
        ' ',
      ),
      { cwd, onProgress: (text, child) => kill && /step 8: validation/.test(text) && child.kill('SIGKILL') },
    )
  const whole = await attacked('free')
  expect(whole.code, whole.stderr).toBe(0)
  const { validation } = whole.json() as { validation: Record<string, number> }
  expect(validation.robustAccuracy).toBeLessThanOrEqual(validation.accuracy!)
  expect(JSON.parse(await read('free', 'config.json')).settings).toMatchObject({
    adversarial: 'free',
    dropout: 0,
    eps: 0.3,
    attackSteps: 3,
    replays: 2,
  })
  expect((await attacked('half', true)).code).toBeNull()
  const resumed = await sparringHere(['resume', 'half'], { cwd })
  expect(resumed.code, resumed.stderr).toBe(0)
  for (const file of ['metrics.jsonl', 'validation.jsonl', 'classifier.onnx'])
    expect((await read('half', file)) === (await read('free', file)), file).toBe(true)
})

it('refuses options of an attacker that is not there', async () => {
  const { code, json } = await sparringHere(
    'train classifier --data ./small --eps 0.1 --run wrong --json'.split(' '),
    { cwd },
  )
  expect(code).toBe(2)
  expect(json().error?.message).toContain('--eps is for --adversarial pgd, trades, free, fast, got none')
})

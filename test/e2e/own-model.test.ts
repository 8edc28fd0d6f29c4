// A model of one's own from a file, through the real command line: trained, killed, resumed, reported, exported.
import { existsSync } from 'node:fs'
import { appendFile, cp, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { writeOwnModel } from '../support/own-model.ts'
import { runContents } from '../support/run-contents.ts'
import { type Finished, type ProcessOptions, sparring, sparringHere } from './sparring.ts'

let cwd: string
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'sparring-own-model-'))
  await mkdir(join(cwd, 'models'))
  // Its data keeps a state, priorities that follow from how training went.
  await cp(
    fileURLToPath(new URL('../fixtures/replay-memory.mjs', import.meta.url)),
    join(cwd, 'models', 'mine.mjs'),
  )
})
afterAll(() => rm(cwd, { recursive: true }))

const run = (args: string, options: Partial<ProcessOptions> = {}): Promise<Finished> =>
  (options.onProgress ? sparring : sparringHere)(args.split(' '), {
    ...{ cwd, environment: { XDG_CACHE_HOME: join(cwd, 'cache') } },
    ...options,
  })
const TRAIN =
  'train ./models/mine.mjs --size 20 --steps 120 --sample-every 0 --checkpoint-every 10 --threads 1 --quiet --run'

it('ends with the same bytes after a kill, the state of its data included, and is reported and exported', async () => {
  const whole = await run(`${TRAIN} whole`)
  expect(whole.stderr).toBe('')
  expect(whole.code).toBe(0)
  const killed = await run(`${TRAIN} killed`.replace(' --quiet', ''), {
    onProgress: (text, child) => {
      if (/step 50: checkpoint/.test(text)) child.kill('SIGKILL')
    },
  })
  expect(killed.code).toBeNull()
  // From elsewhere: the run knows where its file lies.
  const resumed = await run(`resume ${join(cwd, 'killed')} --quiet`, { cwd: tmpdir() })
  expect(resumed.stderr).toBe('')
  expect(resumed.code).toBe(0)
  const [a, b] = [await runContents(join(cwd, 'whole')), await runContents(join(cwd, 'killed'))]
  expect(Object.keys(b)).toEqual(Object.keys(a))
  expect(Object.keys(a)).toContain('checkpoints/step-000119.safetensors')
  for (const path of Object.keys(a)) expect(b[path] === a[path], path).toBe(true)

  await rm(join(cwd, 'whole', 'report.html'))
  expect((await run('report whole')).code).toBe(0)
  expect(await readFile(join(cwd, 'whole', 'report.html'), 'utf8')).toContain('replay-memory')
  expect((await run('export whole --out networks')).code).toBe(0)
  expect((await readFile(join(cwd, 'networks', 'decoder.onnx'))).toString('base64')).toBe(a['decoder.onnx'])
}, 120_000)

it('is not continued once its file has changed', async () => {
  await appendFile(join(cwd, 'models', 'mine.mjs'), '\n// changed\n')
  const { code, stderr } = await run('resume whole')
  expect(code).toBe(3)
  expect(stderr).toMatch(/mine\.mjs, which holds the model of the run, has changed since the run was started/)
})

it('is refused when there is no such file', async () => {
  const { code, stderr } = await run('train ./missing.mjs')
  expect(code).toBe(2)
  expect(stderr).toMatch(/error: there is no file .*missing\.mjs; expected/)
})

it('is never started for a run that came from somebody else', async () => {
  const { file, trace } = await writeOwnModel(cwd)
  // Processes of their own: this one has loaded the file.
  const apart = (args: string, cache: string) =>
    sparring(args.split(' '), { cwd, environment: { XDG_CACHE_HOME: join(cwd, cache) } })
  expect(
    (await apart(`train ${file} --steps 2 --sample-every 0 --quiet --run theirs`, 'their-cache')).code,
  ).toBe(0)
  expect(existsSync(trace)).toBe(true)
  await rm(trace)
  const { code, stderr } = await apart('resume theirs', 'cache')
  expect(existsSync(trace)).toBe(false)
  expect(code).toBe(3)
  expect(stderr).toContain(`Start it once yourself: sparring train ${file} --print-config`)
})

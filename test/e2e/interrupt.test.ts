// Ctrl-C during a real training: it stops with a checkpoint, and goes on as if nothing had been.
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { onWindows, unless } from '../support/unless.ts'
import { type Finished, type ProcessOptions, smallData, sparring } from './sparring.ts'

const STEPS = 120
let cwd: string
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'sparring-interrupt-'))
  await smallData(join(cwd, 'small'))
})
afterAll(() => rm(cwd, { recursive: true }))

const train = (folder: string, options: Partial<ProcessOptions> = {}): Promise<Finished> =>
  sparring(
    `train mlp-gan --data ./small --steps ${STEPS} --batch-size 4 --sample-every 0 --checkpoint-every 0 --run ${folder} --json`.split(
      ' ',
    ),
    { cwd, ...options },
  )
const isTraining = (stderr: string): boolean => /steps \(\d+%\)/.test(stderr)

// Windows has no signals that a process could catch from another.
unless(onWindows).describe('Ctrl-C', () => {
  it('stops with a checkpoint and exit code 130, and resume ends as an uninterrupted run does', async () => {
    let sent = false
    const stopped = await train('stopped', {
      onProgress(stderr, child) {
        if (sent || !isTraining(stderr)) return
        sent = true
        child.kill('SIGINT')
      },
    })
    expect(stopped.code, stopped.stderr).toBe(130)
    expect(stopped.stderr).toContain('stopping after this call; a checkpoint is written; press Ctrl-C again')
    const { outcome, step } = stopped.json() as { outcome: string; step: number }
    expect(outcome).toBe('stopped')
    expect(step).toBeLessThan(STEPS - 1)
    const checkpoints = join(cwd, 'stopped', 'checkpoints')
    expect(await readdir(checkpoints)).toContain(`step-${String(step).padStart(6, '0')}.safetensors`)

    const resumed = await sparring(['resume', 'stopped', '--json'], { cwd })
    expect(resumed.code, resumed.stderr).toBe(0)
    expect(resumed.stderr).toContain(`${step + 1} of ${STEPS} steps`)
    expect(resumed.json()).toMatchObject({ outcome: 'finished', step: STEPS - 1 })

    const whole = await train('whole')
    expect(whole.code, whole.stderr).toBe(0)
    const last = `checkpoints/step-${String(STEPS - 1).padStart(6, '0')}.safetensors`
    for (const file of ['metrics.jsonl', last]) {
      const [one, other] = await Promise.all(
        ['stopped', 'whole'].map((folder) => readFile(join(cwd, folder, file))),
      )
      expect(one!.equals(other!), file).toBe(true)
    }
  })

  it('a second time ends the process at once', async () => {
    let sent = 0
    const { code, stderr, stdout } = await train('killed', {
      onProgress(text, child) {
        if (sent === 0 && isTraining(text)) {
          sent = 1
          child.kill('SIGINT')
          // Later than what counts as the same press, and before the pictures of the stopped run are made.
          setTimeout(() => child.kill('SIGINT'), 320)
        }
      },
    })
    expect(code, stderr).toBe(130)
    expect(stdout).toBe('')
  })
})

// A power cut at any moment leaves a run that goes on to the same bytes: every change that a run makes on the disk is
// recorded, then what a disk may have kept of them is laid out and continued, state by state.
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { recordRun } from '../../src/lifecycle/record-run.ts'
import { checkpointState } from '../../src/lifecycle/recorded-run.ts'
import { planResume } from '../../src/lifecycle/resume-plan.ts'
import type { RunEvent } from '../../src/measuring/events.ts'
import { samplesPng } from '../../src/pictures/images.ts'
import { sheetMaker } from '../../src/pictures/sheets.ts'
import { createRun, type RunWriter, resumeRun } from '../../src/runs/node/index.ts'
import type { TrainingState } from '../../src/training/state.ts'
import type { TrainEvent } from '../../src/training/watcher.ts'
import { isDue } from '../../src/util/pace.ts'
import { randomStream } from '../../src/util/random.ts'
import { inventedConfig } from '../runs/invented-run.ts'
import { cutStates, type DiskState, layOut } from '../support/power-cut.ts'
import { recordDisk } from '../support/recorded-disk.ts'

/** Combinations at one moment, and power cuts during a recovery from one; `scripts/power-cuts.mjs` tries more. */
const MOST = Number(process.env.SPARRING_POWER_CUT_COMBINATIONS ?? 3)
const SECOND = Number(process.env.SPARRING_POWER_CUT_RECOVERIES ?? 1)
/** Milliseconds. */
const PATIENCE = process.env.SPARRING_POWER_CUT_COMBINATIONS ? 7_200_000 : 120_000

const STEPS = 7
const EVERY = 3
const base = inventedConfig()
const config = inventedConfig({
  settings: {
    ...base.settings,
    ...{ steps: STEPS, sampleEvery: EVERY, checkpointEvery: EVERY, validateEvery: 4 },
  },
  data: { ...base.data, height: 2, width: 2, test: { hash: 'sha256:89', count: 3 } },
  metrics: [{ name: 'loss', label: 'Loss', axis: 'left' }],
})

/** Stands in for a training: what happens depends on the state that it goes on from, as in a real one. */
async function* happening(from: TrainingState | undefined): AsyncGenerator<TrainEvent> {
  const w = new Float32Array(from?.arrays.w ?? [1, 2, 3])
  const first = (from?.step ?? -1) + 1
  for (let step = first; step < STEPS; step++) {
    for (let i = 0; i < 3; i++) w[i] = Math.fround(w[i]! * 1.01 + step / 7)
    yield { type: 'steps', step, rows: [{ step, loss: w[0]! }], seconds: 0.1 }
    if (step % 4 === 2)
      yield {
        type: 'notice',
        notice: { step, kind: 'samples-collapsed', severity: 'warning', message: `${w[1]}` },
      }
    if (isDue(step, EVERY, STEPS))
      for (const latents of ['fixed', 'fresh'] as const) yield { type: 'samples', latents, ...sheet(w, step) }
    if (isDue(step, 4, STEPS)) yield { type: 'record', log: 'validation', row: { step, loss: w[2]! } }
    const state = { step, arrays: { w: w.slice() } }
    if (isDue(step, EVERY, STEPS)) yield { type: 'checkpoint', state, shapes: { w: [3] } }
  }
  yield { type: 'end', reason: 'finished', state: { step: STEPS - 1, arrays: { w } } }
}

const sheet = (w: Float32Array, step: number) => ({
  step,
  count: 1,
  shape: [2, 2, 1],
  values: Float32Array.of(...w, step).map((x) => x % 1),
})

/**
 * Trains what is left of a run, or all of it.
 *
 * @param told  hears of every checkpoint that was written
 * @returns the step that it went on from; -1 for the beginning
 */
async function trainIn(folder: string, told: (step: number) => void = () => {}): Promise<number> {
  const begun = existsSync(join(folder, 'config.json'))
  const run = begun ? await resumeRun(folder) : await createRun(folder, config)
  try {
    let from: TrainingState | undefined
    if (begun) {
      const plan = await planResume(run, { offers: { generate: { network: 'g' } } })
      for (const { step, kind } of plan.sheets) {
        const { w } = checkpointState(await run.readCheckpoint(step)).arrays
        await run.writeSample(step, kind, await samplesPng(sheet(w!, step)))
      }
      await run.truncateAfter(plan.checkpoint?.step ?? -1, plan.logs)
      from = plan.checkpoint && checkpointState(plan.checkpoint)
    }
    const finish = async function* (end: Extract<TrainEvent, { type: 'end' }>): AsyncGenerator<RunEvent> {
      await run.writeFile('generator.onnx', new Uint8Array(end.state.arrays.w!.buffer.slice(0)))
      yield { type: 'result', result: {} as never }
    }
    const events = recordRun(run as RunWriter, {
      events: happening(from),
      from: from?.step ?? -1,
      sheet: sheetMaker(undefined),
      finish,
    })
    for await (const event of events) if (event.type === 'checkpoint') told(event.step)
    return from?.step ?? -1
  } finally {
    await run.close()
  }
}

/** What must not depend on interruptions, and that the run says of itself that it is finished. */
async function outcome(folder: string): Promise<Record<string, string>> {
  const names = ['metrics.jsonl', 'validation.jsonl', 'events.jsonl', 'generator.onnx']
  for (const part of ['samples', 'checkpoints'])
    for (const name of (await readdir(join(folder, part))).sort()) names.push(join(part, name))
  const entries = names.map(async (name) => [name, (await readFile(join(folder, name))).toString('base64')])
  const { state } = JSON.parse(await readFile(join(folder, 'status.json'), 'utf8'))
  return { ...Object.fromEntries(await Promise.all(entries)), state }
}

/** After a power cut no process of before lives. */
const restarted = (state: DiskState): DiskState => ({
  folders: state.folders,
  files: new Map(
    [...state.files].map(([path, bytes]) => {
      const isLock = path.includes('run.lock') && bytes.length > 0 && bytes[0] === 0x7b
      const text = new TextDecoder().decode(bytes)
      return [
        path,
        isLock ? new TextEncoder().encode(text.replace(/"birth":"[^"]*"/, '"birth":"then/1"')) : bytes,
      ]
    }),
  ),
})

let place: string
beforeAll(async () => {
  const memory = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()
  place = await mkdtemp(join(memory, 'sparring-power-'))
})
afterAll(() => rm(place, { recursive: true, force: true }))

/** Does something on a disk and records it. */
async function recorded<T>(root: string, work: (changes: readonly unknown[]) => Promise<T>) {
  const { ops, known, stop } = recordDisk(root)
  try {
    return { result: await work(ops), ops, known }
  } finally {
    stop()
  }
}

describe('a power cut', () => {
  it(
    'at any moment leaves a run that goes on to the same bytes',
    async () => {
      const random = randomStream(1, 'power cuts')
      const root = join(place, 'disk')
      await mkdir(root)
      /** Steps of checkpoints that were said to be written, with the number of changes by then. */
      const promised: { moment: number; step: number }[] = []
      const { ops, known } = await recorded(root, (changes) =>
        trainIn(join(root, 'runs', 'first'), (step) => promised.push({ moment: changes.length, step })),
      )
      const expected = await outcome(join(root, 'runs', 'first'))
      const empty: DiskState = { files: new Map(), folders: new Set([root]) }

      const counts = { moments: ops.length + 1, states: 0, exhaustive: 0, duringRecovery: 0 }
      let number = 0
      /** Lays a state out and goes on with it. */
      const recover = async (state: DiskState) => {
        const to = join(place, `state-${number++}`)
        await mkdir(to)
        await layOut(restarted(state), root, to)
        const {
          ops: changes,
          known: there,
          result: from,
        } = await recorded(to, () => trainIn(join(to, 'runs', 'first')))
        const got = await outcome(join(to, 'runs', 'first'))
        await rm(to, { recursive: true })
        return { got, from, changes, there, to }
      }
      const second: DiskState[] = []
      for (const { moment, state, exhaustive } of cutStates(ops, {
        before: empty,
        known,
        random,
        most: MOST,
      })) {
        const { got, from } = await recover(state)
        expect(got).toEqual(expected)
        // Nothing that was said to be safe is made again.
        expect(from).toBeGreaterThanOrEqual(promised.findLast((kept) => kept.moment <= moment)?.step ?? -1)
        counts.states++
        if (exhaustive) counts.exhaustive++
        if (random.uniform() < 0.02) second.push(state)
      }
      // A second power cut, while the run recovers from the first.
      for (const state of second.slice(0, SECOND)) {
        const { changes, there, to } = await recover(state)
        const moved = (path: string): string => path.replace(root, to)
        const before: DiskState = {
          folders: new Set([...state.folders].map(moved)),
          files: new Map([...restarted(state).files].map(([path, bytes]) => [moved(path), bytes])),
        }
        for (const { state: again } of cutStates(changes, {
          before,
          known: there,
          random,
          most: Math.min(MOST, 3),
        })) {
          const back = (path: string): string => path.replace(to, root)
          const { got } = await recover({
            folders: new Set([...again.folders].map(back)),
            files: new Map([...again.files].map(([path, bytes]) => [back(path), bytes])),
          })
          expect(got).toEqual(expected)
          counts.duringRecovery++
        }
      }
      console.log(`power cuts: ${JSON.stringify(counts)}`)
      expect(counts.states).toBeGreaterThan(100)
      expect(counts.duringRecovery).toBeGreaterThan(20)
    },
    PATIENCE,
  )
})

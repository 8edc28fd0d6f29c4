// Requests to the process that trains a run, by way of its folder.
import { appendFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openControl, sendControl } from '../../src/runs/node/index.ts'
import { takeLock } from '../../src/runs/node/lock.ts'

let folder: string
let release: () => Promise<void>
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sparring-control-'))
  release = (await takeLock(folder)).release
})
afterEach(async () => {
  await release()
  await rm(folder, { recursive: true, force: true })
})

describe('requests to a training', () => {
  it('are taken in the order in which they were made, each once', async () => {
    const reader = await openControl(folder)
    expect(await reader.take()).toBeUndefined()
    await sendControl(folder, { command: 'pause' })
    await sendControl(folder, { command: 'step', updates: ['generator'] })
    await sendControl(folder, { command: 'step' })
    expect(await reader.take()).toEqual({ command: 'pause' })
    await sendControl(folder, { command: 'continue' })
    expect(await reader.take()).toEqual({ command: 'step', updates: ['generator'] })
    expect(await reader.take()).toEqual({ command: 'step' })
    expect(await reader.take()).toEqual({ command: 'continue' })
    expect(await reader.take()).toBeUndefined()
  })

  it('that an earlier process did not take are forgotten', async () => {
    await sendControl(folder, { command: 'stop' })
    expect(await (await openControl(folder)).take()).toBeUndefined()
  })

  it('are waited for', async () => {
    const waiting = (await openControl(folder)).wait()
    await sendControl(folder, { command: 'continue' })
    expect(await waiting).toEqual({ command: 'continue' })
  })

  it('are not waited for any longer when the signal aborts', async () => {
    const controller = new AbortController()
    const waiting = (await openControl(folder)).wait(controller.signal)
    controller.abort()
    expect(await waiting).toBeUndefined()
  })

  it('that nobody can read ask for nothing', async () => {
    const reader = await openControl(folder)
    await appendFile(join(folder, 'control.jsonl'), 'nonsense\n{"command":"explode"}\n{"command":"stop"}\n')
    expect(await reader.take()).toEqual({ command: 'stop' })
  })

  it('are refused when no process trains the run', async () => {
    await release()
    const sending = sendControl(folder, { command: 'pause' })
    await expect(sending).rejects.toThrow(/no process trains the run .*resume it first/)
  })
})

// The model of secrets from its command to its messages: newcomers, exact resuming, every bit back, and what is refused.
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { messages } from '../../src/data/index.ts'
import { decodeSafetensors, encodeSafetensors } from '../../src/formats/safetensors.ts'
import { countParameters } from '../../src/layers/use.ts'
import { resolveSettings } from '../../src/lifecycle/request.ts'
import { runParts } from '../../src/lifecycle/run-parts.ts'
import { fallingAfter, growing } from '../../src/models/cryptography.ts'
import { modelNamed } from '../../src/models/index.ts'
import { encodePng } from '../../src/report/node/index.ts'
import { openRun } from '../../src/runs/node/index.ts'
import { command as run } from '../support/command.ts'

let root: string
let folder: string
let told: Record<string, unknown>
const inRoot = (name: string): string => join(root, name)
const SHORT =
  '--steps 12 --batch-size 16 --checkpoint-every 6 --fresh-every 6 --fresh-steps 10 --fresh-eves 2'
const train = (to: string) =>
  run('train', 'cryptography', ...SHORT.split(' '), '--threads', '1', '--run', to, '--json')
const jsonOf = (text: string) => JSON.parse(text.trim().split('\n').at(-1)!)

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'sparring-secrets-'))
  folder = inRoot('run')
  const { code, text } = await train(folder)
  expect(code, text).toBe(0)
  told = jsonOf(text)
})
afterAll(() => rm(root, { recursive: true }))

describe('training', () => {
  it('ends with what Bob, Eve and every fresh Eve get wrong', () => {
    expect(Object.keys(told).slice(-3)).toEqual(['bob', 'eve', 'freshEves'])
    expect(told.freshEves).toHaveLength(2)
    for (const wrong of [told.bob, told.eve, ...(told.freshEves as number[])]) {
      expect(wrong).toBeGreaterThan(4)
      expect(wrong).toBeLessThan(12)
    }
  })

  it('lets a fresh Eve learn now and then, and at its end', async () => {
    const rows = (await readFile(join(folder, 'challenges.jsonl'), 'utf8')).trim().split('\n')
    expect(rows.map((row) => JSON.parse(row).step)).toEqual([0, 6, 11])
    expect(Object.keys(JSON.parse(rows[0]!))).toEqual(['step', 'bob', 'eve', 'freshEve'])
  })

  it('leaves a run whose pages know who hides, who reads and who listens, and what is to be reached', async () => {
    const { networks, cipher, challenge } = runParts((await openRun(folder)).config)
    expect(networks.find(({ name }) => name === cipher!.decrypt)!.inputs.map(({ name }) => name)).toEqual([
      'ciphertext',
      'key',
    ])
    expect(cipher).toMatchObject({ encrypt: 'alice', listen: 'eve', bits: 16, keyBits: 16 })
    expect(cipher!.note).toContain('protects nothing')
    expect(challenge!.metrics.map(({ name }) => name)).toEqual(['bob', 'eve', 'freshEve'])
    expect(challenge!.goals).toEqual([
      { metric: 'bob', value: 0.05, is: 'below' },
      { metric: 'freshEve', value: 7, is: 'atLeast' },
    ])
  })

  it('asks only those newcomers again who have not learned yet, and they find the same', async () => {
    const copy = inRoot('resumed')
    await cp(folder, copy, { recursive: true })
    const file = join(copy, 'challenge.json')
    const whole = JSON.parse(await readFile(file, 'utf8'))
    const marked = {
      ...whole,
      newcomers: [{ seed: 1, numbers: { bob: 1, eve: 2, freshEve: 3 } }],
      verdict: undefined,
    }
    await writeFile(file, JSON.stringify(marked))
    const { code, text } = await run('resume', copy, '--json')
    expect(code, text).toBe(0)
    const { newcomers, verdict } = JSON.parse(await readFile(file, 'utf8'))
    expect(newcomers).toEqual([marked.newcomers[0], whole.newcomers[1]])
    expect(verdict.words).toContain('no cipher')
  })
})

it('draws messages and keys of fair bits, others in every batch, and the same again', () => {
  const source = messages({ bits: 16, keyBits: 24 }).open({ seed: 5, batchSize: 500, draws: 2 })
  const batch = (step: number, draw: number) => {
    const columns = { message: new Float32Array(500 * 16), key: new Float32Array(500 * 24) }
    source.fill(step, draw, columns)
    return columns
  }
  const one = batch(3, 0)
  expect(new Set([...one.message, ...one.key])).toEqual(new Set([-1, 1]))
  for (const column of [one.message, one.key])
    expect(Math.abs(column.reduce((sum, bit) => sum + bit, 0))).toBeLessThan(4 * Math.sqrt(column.length))
  expect(batch(3, 0)).toEqual(one)
  for (const other of [batch(3, 1), batch(4, 0)]) expect(other.message).not.toEqual(one.message)
  expect(one.message.slice(0, 100)).not.toEqual(one.key.slice(0, 100))
})

describe('settings', () => {
  it('have widths of the published program, or of the paper, whose weights are as many as theirs', () => {
    const totals = (given: Record<string, unknown>) => {
      const { model, options } = resolveSettings('cryptography', given)
      return Object.values(model.objective(options, model.madeFor).networks).map(
        (network) => countParameters(network).total,
      )
    }
    // 32 x 32 + 32 of the dense layer (Eve: 16 x 32 + 32), then 6 + 6 + 3, or 10 + 20 + 20 + 5.
    expect(totals({})).toEqual([1071, 1071, 559])
    expect(totals({ widths: 'paper' })).toEqual([1111, 1111, 599])
    expect(resolveSettings('cryptography', { bits: 8 }).options).toMatchObject({ bits: 8, keyBits: 8 })
  })

  it('change with the step: rates fall to a fiftieth, secrecy grows', () => {
    const rate = fallingAfter(1 / 3, 0.3, 900)
    expect([0, 300, 600, 899, 2000].map((step) => Number(rate(step).toFixed(4)))).toEqual([
      0.3, 0.3, 0.15, 0.006, 0.006,
    ])
    const weight = growing(1, 3, 100)
    expect([0, 20, 40, 60, 99].map((step) => Number(weight(step).toFixed(6)))).toEqual([1, 1, 2, 3, 3])
  })

  it('are trained on nothing but messages of their own', async () => {
    const { code, text } = await run('train', 'cryptography', '--data', 'digits', '--run', inRoot('no'))
    expect(code).toBe(2)
    expect(text).toContain('brings data of its own')
    expect(modelNamed('cryptography').examples).not.toHaveLength(0)
  })
})

describe('encrypt and decrypt', () => {
  const sealed = (name: string) => join(inRoot(name), 'message.safetensors')

  it('give back a picture bit for bit, though this Bob has hardly learned anything', async () => {
    const pixels = Uint8Array.from({ length: 15 * 10 }, (_, i) => (i % 15 > 4 && i > 45 ? 220 : 30))
    await writeFile(inRoot('p.png'), await encodePng({ width: 15, height: 10, channels: 1, pixels }))
    const { code, text } = await run(
      'encrypt',
      folder,
      inRoot('p.png'),
      '--key',
      '5a17',
      '--out',
      inRoot('e'),
      '--json',
    )
    expect(code, text).toBe(0)
    const found = jsonOf(text)
    expect(found.note).toContain('protects nothing')
    expect(found.corrected).toBeGreaterThan(100)
    const [ours, , aes, counter] = found.leaks
    // Equal blocks look equal.
    expect(ours.sentBlocks.distinct).toBeLessThanOrEqual(ours.messageBlocks.distinct)
    expect(aes.sentBlocks.distinct).toBe(aes.messageBlocks.distinct)
    expect(counter.sentBlocks.distinct).toBe(counter.sentBlocks.all)
    expect(aes.avalanche.byKeyBit).toBeCloseTo(0.5, 1)
    const back = await run('decrypt', folder, sealed('e'), '--key', '5a17', '--out', inRoot('back.png'))
    expect(back.code, back.text).toBe(0)
    expect(back.text).toContain('protects nothing')
    expect(await readFile(inRoot('back.png'))).toEqual(await readFile(inRoot('p.png')))
  })

  it('give back the bytes of any file in counter mode', async () => {
    await writeFile(inRoot('letter'), 'Dear Bob, this is no secret.')
    const { text, code } = await run(
      'encrypt',
      folder,
      inRoot('letter'),
      '--mode',
      'ctr',
      '--out',
      inRoot('c'),
      '--json',
    )
    expect(code, text).toBe(0)
    const { key, corrected } = jsonOf(text)
    expect(corrected).toBe(0)
    const back = await run('decrypt', folder, sealed('c'), '--key', key, '--out', inRoot('letter-back'))
    expect(back.code, back.text).toBe(0)
    expect(await readFile(inRoot('letter-back'), 'utf8')).toBe('Dear Bob, this is no secret.')
  })

  it.each([
    ['another key', 'e', '5a16', 3, 'was encrypted with another key'],
    ['a key of another length', 'e', '5a1', 2, 'expected 4 hexadecimal digits'],
    ['no digits', 'e', 'zzzz', 2, 'expected 4 hexadecimal digits'],
  ])('refuse %s', async (_, name, key, exit, words) => {
    const { code, text } = await run('decrypt', folder, sealed(name), '--key', key, '--out', inRoot('never'))
    expect(code).toBe(exit)
    expect(text).toContain(words)
    await expect(readFile(inRoot('never'))).rejects.toThrow()
  })

  it('refuse what was damaged, cut, put together or encrypted by others', async () => {
    const bytes = await readFile(sealed('e'))
    const { tensors, metadata } = await decodeSafetensors(bytes)
    const { data } = tensors.sent!
    const changed = async (sent: Uint8Array, more = {}) =>
      encodeSafetensors(
        { ...tensors, sent: { shape: [sent.length], data: Uint8Array.from(sent) } },
        { ...Object.fromEntries(Object.entries(metadata).filter(([name]) => name !== 'sha256')), ...more },
      )
    const turned = Uint8Array.from(bytes)
    turned[bytes.length - 3]! ^= 4
    const files: [Uint8Array, RegExp][] = [
      [turned, /is damaged/],
      [bytes.subarray(0, 700), /is damaged/],
      [await changed((data as Uint8Array).subarray(16)), /is sent as 1200, got 1184/],
      [await changed(data as Uint8Array, { pair: 'ab'.repeat(32) }), /encrypted by another pair/],
      [await changed(data as Uint8Array, { kind: 'other' }), /is no message of "sparring encrypt"/],
    ]
    for (const [wrong, words] of files) {
      await writeFile(inRoot('wrong.safetensors'), wrong)
      const { code, text } = await run(
        'decrypt',
        folder,
        inRoot('wrong.safetensors'),
        '--key',
        '5a17',
        '--out',
        inRoot('never'),
      )
      expect(text).toMatch(words)
      expect(code).toBe(3)
    }
  })
})

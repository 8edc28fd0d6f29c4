// The doctor finds what is wrong and says what to do.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  examine,
  examineCache,
  examineMemory,
  examineNode,
  examinePlatform,
  isAtLeast,
} from '../../src/cli/doctor.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sparring-doctor-'))
})
afterAll(() => rm(folder, { recursive: true }))

describe('isAtLeast', () => {
  it.each([
    ['20.19.0', '>=20.19', true],
    ['20.19', '>=20.19.0', true],
    ['20.18.3', '>=20.19', false],
    ['22.0.0', '>=20.19', true],
    ['9.99.0', '>=20.19', false],
    ['20.20.2', '20.20.3', false],
  ])('%s against %s', (version, wanted, answer) => {
    expect(isAtLeast(version, wanted)).toBe(answer)
  })
})

describe('a finding', () => {
  it('on an old Node says which is needed', () => {
    const { status, remedy } = examineNode('18.4.0', '>=20.19')
    expect(status).toBe('fail')
    expect(remedy).toContain('20.19')
  })

  it('on a platform without a runtime lists those that have one', () => {
    expect(examinePlatform('linux-x64', 'some cpu', 1)).toMatchObject({
      status: 'ok',
      found: 'linux-x64, some cpu, 1 core',
    })
    const { status, remedy } = examinePlatform('darwin-x64', 'some cpu', 4)
    expect(status).toBe('fail')
    expect(remedy).toContain('darwin-arm64')
  })

  it('on memory counts what a container allows', () => {
    const gigabyte = 2 ** 30
    expect(examineMemory(8 * gigabyte, 5 * gigabyte, undefined)).toMatchObject({
      status: 'ok',
      found: '8.0 GiB, 5.0 GiB free',
    })
    const limited = examineMemory(8 * gigabyte, 5 * gigabyte, gigabyte / 2)
    expect(limited).toMatchObject({ status: 'warn', found: '0.5 GiB allowed of 8.0 GiB, 0.5 GiB free' })
    expect(limited.remedy).toContain('--batch-size')
  })

  it('on the cache says whether mnist is there', async () => {
    const environment = { XDG_CACHE_HOME: folder }
    expect(await examineCache(environment)).toMatchObject({
      status: 'ok',
      values: { mnist: false, writable: true },
    })
    const place = join(folder, 'sparring', 'datasets', 'mnist')
    await mkdir(place, { recursive: true })
    for (const part of ['train-images-idx3', 'train-labels-idx1', 't10k-images-idx3', 't10k-labels-idx1'])
      await writeFile(join(place, `${part}-ubyte.gz`), '')
    expect(await examineCache(environment)).toMatchObject({ status: 'ok', values: { mnist: true } })
  })
})

describe('examine', () => {
  it('tries the runtime with a product whose result is known', async () => {
    const findings = await examine({ environment: { XDG_CACHE_HOME: folder } })
    expect(findings.map(({ name }) => name)).toEqual([
      'node',
      'platform',
      'memory',
      'runtime',
      'product',
      'cache',
      'fonts',
    ])
    const runtime = findings.find(({ name }) => name === 'runtime')
    expect(runtime).toMatchObject({
      status: 'ok',
      values: { loads: true, providers: ['cpu'] },
    })
    expect(findings.find(({ name }) => name === 'product')?.values).toMatchObject({ exact: true })
  })

  it('gives a remedy with every finding that is not ok', async () => {
    const findings = await examine({
      environment: { XDG_CACHE_HOME: folder, SPARRING_DATA_DIR: join(folder, 'nowhere') },
    })
    const bad = findings.filter(({ status }) => status !== 'ok')
    expect(bad.map(({ name }) => name)).toContain('data')
    for (const { name, remedy } of bad) expect(remedy, name).toBeTruthy()
  })
})

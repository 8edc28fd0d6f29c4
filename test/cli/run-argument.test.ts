// How commands find the run they are given: as a path, or by its name in `runs`.
import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { COMMANDS } from '../../src/cli/commands/index.ts'
import { main } from '../../src/cli/main.ts'
import { runPath } from '../../src/cli/run-argument.ts'
import { DataError } from '../../src/util/errors.ts'

const before = process.cwd()
let cwd: string
beforeAll(async () => {
  cwd = await realpath(await mkdtemp(join(tmpdir(), 'sparring-names-')))
  for (const folder of ['runs/first', 'runs/second', 'runs/both', 'both'])
    await mkdir(join(cwd, folder), { recursive: true })
  process.chdir(cwd)
})
afterAll(async () => {
  process.chdir(before)
  await rm(cwd, { recursive: true })
})

async function failing(...args: readonly string[]) {
  let stdout = ''
  const ignore = { write: () => undefined }
  const code = await main([...args, '--json'], {
    stdout: { write: (text) => (stdout += text) },
    stderr: ignore,
    environment: {},
  })
  return { code, message: (JSON.parse(stdout) as { error: { message: string } }).error.message }
}

describe('the place of a run', () => {
  it('is the path, where something is there, and otherwise its name in runs', () => {
    expect(runPath('first')).toBe(join('runs', 'first'))
    expect(runPath(join('runs', 'first'))).toBe(join('runs', 'first'))
    expect(runPath('both')).toBe('both')
    expect(runPath(join(cwd, 'both'))).toBe(join(cwd, 'both'))
  })

  it('is asked for again, with both places that were looked at, where nothing is', () => {
    expect(() => runPath('frist')).toThrow(DataError)
    expect(() => runPath('frist')).toThrow(
      `there is no run folder "frist": looked for ${join(cwd, 'frist')} and ${join(cwd, 'runs', 'frist')}; did you mean "first"?`,
    )
    expect(() => runPath(join(cwd, 'gone'))).toThrow(`looked for ${join(cwd, 'gone')}; check the path`)
  })
})

describe('the commands that take runs', () => {
  const commands = COMMANDS.filter(({ usage }) => usage.includes('<run>')).map(
    ({ name, usage }) => [name, usage] as const,
  )

  it.each(commands)('%s finds them by name', async (name, usage) => {
    const several = usage.split('<run>').length > 2 ? ['first', 'second'] : ['first']
    const others = [...usage.matchAll(/<(?!run>)[^>]+>/g)].map(() => 'something')
    if (name === 'decrypt') others.push('--key', '5a17', '--out', 'picture.png')
    const found = await failing(name, ...several, ...others)
    expect(found).toMatchObject({
      code: 3,
      message: expect.stringMatching(/runs.(first|second) is not a run folder/),
    })
    const lost = await failing(name, ...several.slice(1), 'nowhere', ...others)
    expect(lost).toMatchObject({
      code: 3,
      message: expect.stringMatching(/"nowhere": looked for .* and .*runs.nowhere;/),
    })
  })
})

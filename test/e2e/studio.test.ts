// `sparring studio` as a process: the address it prints, what it answers, how it ends.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sparring } from './sparring.ts'

let cwd: string
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'sparring-studio-'))
})
afterAll(() => rm(cwd, { recursive: true }))

/** Opens the studio, asks it something and ends it. */
async function visit(args: readonly string[], ask: (address: URL) => Promise<void>) {
  let asked: Promise<void> | undefined
  const finished = await sparring(['studio', '--no-open', ...args], {
    cwd,
    onOutput(stdout, child) {
      const address = /http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]{32}/.exec(stdout)?.[0]
      if (!address || asked) return
      asked = ask(new URL(address)).finally(() => child.kill('SIGINT'))
    },
  })
  await asked
  return finished
}

// Windows has no signals that a process could catch from another.
describe.skipIf(process.platform === 'win32')('sparring studio', () => {
  it('prints its address, serves its page, and ends at Ctrl-C', async () => {
    const { code, stdout, stderr } = await visit(['--runs', 'mine', '--port', '0'], async (address) => {
      const page = await fetch(address.origin)
      expect(await page.text()).toContain('<title>Sparring studio</title>')
      expect(await (await fetch(`${address.origin}/api/info`)).json()).toMatchObject({ folder: 'mine' })
    })
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(/^the studio of mine is at http.*\nCtrl-C ends it; trainings go on\n$/)
  })

  it('tells scripts its address as JSON', async () => {
    const { code, stdout } = await visit(['--port', '0', '--json'], async () => {})
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toEqual({ address: expect.stringMatching(/#token=/), runs: 'runs' })
  })
})

describe('sparring studio refuses', () => {
  it('a port that is taken', async () => {
    const server = createServer()
    const port = await new Promise<number>((resolve) =>
      server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port)),
    )
    const { code, stderr } = await sparring(['studio', '--no-open', '--port', String(port)], { cwd })
    server.close()
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining(`port ${port} is taken; choose another with --port`),
    ])
  })

  it('a file instead of a folder', async () => {
    await writeFile(join(cwd, 'file'), '')
    const { code, stderr } = await sparring(['studio', '--no-open', '--runs', 'file'], { cwd })
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining('file is a file, or lies below one: name the folder of the runs with --runs'),
    ])
  })

  it.each(['-1', '65536', 'x'])('the port %s', async (port) => {
    const { code, stderr } = await sparring(['studio', '--no-open', `--port=${port}`], { cwd })
    expect([code, stderr]).toEqual([2, expect.stringContaining('--port: expected a whole number')])
  })
})

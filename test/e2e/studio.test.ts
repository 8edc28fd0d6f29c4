// `sparring studio` as a process: the address it prints, what it answers, how it ends.
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { notOnLinux, onWindows, unless } from '../support/unless.ts'
import { sparring } from './sparring.ts'

let cwd: string
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'sparring-studio-'))
})
afterAll(() => rm(cwd, { recursive: true }))

const tokenOf = (address: URL): Record<string, string> => ({
  'x-sparring-token': address.hash.replace('#token=', ''),
})

/** Opens the studio, asks it something and ends it. */
async function visit(
  args: readonly string[],
  ask: (address: URL) => Promise<void>,
  environment: Readonly<Record<string, string>> = {},
) {
  let asked: Promise<void> | undefined
  const finished = await sparring(['studio', ...args], {
    cwd,
    environment,
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
unless(onWindows).describe('sparring studio', () => {
  it('prints its address, serves its page, and ends at Ctrl-C', async () => {
    const { code, stdout, stderr } = await visit(
      ['--no-open', '--runs', 'mine', '--port', '0'],
      async (address) => {
        const page = await fetch(address.origin)
        expect(await page.text()).toContain('<title>Sparring studio</title>')
        const info = () => fetch(`${address.origin}/api/info`, { headers: tokenOf(address) })
        expect(await (await info()).json()).toMatchObject({ folder: 'mine' })
        expect((await fetch(`${address.origin}/api/info`)).status).toBe(401)
      },
    )
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(/^the studio of mine is at http.*\nCtrl-C ends it; trainings go on\n$/)
  })

  it('tells scripts its address as JSON', async () => {
    const { code, stdout } = await visit(['--no-open', '--port', '0', '--json'], async () => {})
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toEqual({ address: expect.stringMatching(/#token=/), runs: 'runs' })
  })
})

unless(notOnLinux).describe('sparring studio opens the browser', () => {
  /** The arguments of all processes, as everybody on the machine can read them. */
  const commandLines = async (): Promise<string[]> => {
    const processes = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
    // A process may have ended since.
    return Promise.all(processes.map((id) => readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '')))
  }

  it('by a file that only the user can read, with the token in no argument, and removes it', async () => {
    const browser = join(cwd, 'browser')
    await writeFile(browser, '#!/bin/sh\necho "$1" > seen\nsleep 3\n', { mode: 0o755 })
    const { code, stderr } = await visit(
      ['--port', '0'],
      async (address) => {
        const token = address.hash.replace('#token=', '')
        const seen = () => readFile(join(cwd, 'seen'), 'utf8').catch(() => '')
        await expect.poll(seen, { timeout: 10_000 }).toMatch(/\n$/)
        const file = (await seen()).trim()
        const lines = await commandLines()
        expect(lines.filter((line) => line.includes(file)).length).toBeGreaterThan(0)
        expect(lines.filter((line) => line.includes(token))).toEqual([])
        const modes = await Promise.all(
          [file, dirname(file)].map(async (path) => (await stat(path)).mode & 0o777),
        )
        expect(modes).toEqual([0o600, 0o700])
        expect(await readFile(file, 'utf8')).toContain(`content="0;url=${address.href}"`)
        // As the page does that it leads to.
        await fetch(`${address.origin}/api/session`, { method: 'POST', headers: tokenOf(address) })
        await expect.poll(() => existsSync(dirname(file))).toBe(false)
      },
      { BROWSER: browser, DISPLAY: '', WAYLAND_DISPLAY: '', XDG_CURRENT_DESKTOP: '', DESKTOP_SESSION: '' },
    )
    expect([code, stderr]).toEqual([0, ''])
  })

  it('and removes the file at its end when no browser came', async () => {
    const temporary = join(cwd, 'temporary')
    await mkdir(temporary)
    const left = () =>
      readdir(temporary).then((names) => names.filter((name) => name.startsWith('sparring-')))
    await visit(
      ['--port', '0'],
      async () => {
        await expect.poll(left, { timeout: 10_000 }).toHaveLength(1)
      },
      { BROWSER: 'true', DISPLAY: '', TMPDIR: temporary },
    )
    expect(await left()).toEqual([])
  })

  it('and lets everybody look only when it is told to', async () => {
    await visit(['--no-open', '--port', '0', '--open-reading'], async ({ origin }) => {
      expect((await fetch(`${origin}/api/info`)).status).toBe(200)
      expect((await fetch(`${origin}/api/runs`, { method: 'POST', body: '{}' })).status).toBe(401)
    })
    await visit(
      ['--no-open', '--port', '0'],
      async ({ origin }) => {
        expect((await fetch(`${origin}/api/info`)).status).toBe(200)
      },
      { SPARRING_OPEN_READING: 'true' },
    )
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

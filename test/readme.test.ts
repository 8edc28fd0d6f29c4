// The README keeps its word: its example runs, its tables are those of the command line.
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { EXIT_CODES } from '../src/cli/exit-codes.ts'
import { MODELS } from '../src/models/index.ts'

const ROOT = join(import.meta.dirname, '..')
const readme = await readFile(join(ROOT, 'README.md'), 'utf8')
const node = (...args: string[]) => promisify(execFile)(process.execPath, args)

describe('the README', () => {
  it('has a library example that trains and leaves pictures', async () => {
    const [, example] = /```js\n(.*?)```/s.exec(readme)!
    const short = example!.replace(/steps: \d+/, 'steps: 8').replace(/count: [\d_]+/, 'count: 100')
    expect(short).toContain('steps: 8')
    // Inside the repository, so that Node finds "sparring" by its own name.
    const program = join(ROOT, '.cache', `readme-${process.pid}.mjs`)
    const folder = await mkdtemp(join(tmpdir(), 'sparring-readme-'))
    try {
      await mkdir(join(ROOT, '.cache'), { recursive: true })
      await writeFile(program, `process.chdir(${JSON.stringify(folder)})\n${short}`)
      await node(program)
      const pictures = (await readdir(folder)).filter((file) => file.endsWith('.png'))
      for (const step of [0, 7])
        expect(pictures, `a picture of step ${step}`).toContainEqual(expect.stringMatching(`-${step}\\.png$`))
    } finally {
      await rm(program, { force: true })
      await rm(folder, { recursive: true, force: true })
    }
  })

  it('lists every exit code with its meaning', () => {
    for (const { code, meaning } of EXIT_CODES) expect(readme).toContain(`| ${code} | ${meaning} |`)
  })

  it('lists every model', () => {
    for (const { name } of MODELS) expect(readme).toContain(`| \`${name}\` |`)
  })

  it('lists every command that the command line has, and no other', async () => {
    const { stdout } = await node(join(ROOT, 'bin/sparring.js'), '--help')
    const commands = [
      ...stdout
        .split('Commands:')[1]!
        .split('\n\n')[0]!
        .matchAll(/^ {2}([a-z]+) /gm),
    ]
      .map(([, name]) => name!)
      .filter((name) => name !== 'help')
    expect(commands.length).toBeGreaterThan(0)
    const listed = [...readme.matchAll(/^\| `sparring ([a-z]+)[^`]*` \|/gm)].map(([, name]) => name!)
    expect(listed).toEqual(commands)
  })

  it('names no file that is not there', async () => {
    const links = [...readme.matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map(([, path]) => path!)
    expect(links.length).toBeGreaterThan(0)
    for (const link of links)
      await expect(readdir(join(ROOT, link, '..'))).resolves.toContain(link.split('/').pop())
  })
})

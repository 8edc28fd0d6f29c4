// Reading on where one stopped: no line twice, none missed, whatever the moment.
import { appendFile, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Cursor, formatCursor, parseCursor, readTail, START } from '../../src/runs/node/index.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sparring-tail-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const metrics = (): string => join(folder, 'metrics.jsonl')

/** Where everything that was written so far has been read. */
const cursorNow = async (): Promise<Cursor> => (await readTail({ folder }, START))!.cursor

describe('readTail', () => {
  it('gives every line once, however the file grew between two readings', async () => {
    const chunk = fc.string({ maxLength: 12, unit: 'grapheme' }).map((text) => text.replaceAll('a', '\n'))
    await fc.assert(
      fc.asyncProperty(fc.array(chunk, { maxLength: 12 }), async (chunks) => {
        await rm(metrics(), { force: true })
        let cursor: Cursor = START
        let read = ''
        for (const text of chunks) {
          await appendFile(metrics(), text)
          const tail = (await readTail({ folder }, cursor))!
          // Cursors travel as text.
          cursor = parseCursor(formatCursor(tail.cursor))!
          read += tail.lines.metrics ?? ''
        }
        const whole = chunks.join('')
        expect(read).toBe(whole.slice(0, whole.lastIndexOf('\n') + 1))
      }),
      { numRuns: 60, examples: [[['{"step":0}\n{"st', 'ep":1}', '\n']]] },
    )
  })

  it('tells that a log was shortened', async () => {
    await writeFile(metrics(), '{"step":0}\n{"step":1}\n')
    const cursor = await cursorNow()
    await writeFile(metrics(), '{"step":0}\n')
    expect(await readTail({ folder }, cursor)).toBeUndefined()
  })

  it('tells that a log was replaced by one as long', async () => {
    await writeFile(metrics(), '{"step":0}\n')
    const cursor = await cursorNow()
    await writeFile(`${metrics()}.new`, '{"step":0}\n')
    await rename(`${metrics()}.new`, metrics())
    expect(await readTail({ folder }, cursor)).toBeUndefined()
  })

  it('tells that a log is gone', async () => {
    await writeFile(metrics(), '{"step":0}\n')
    const cursor = await cursorNow()
    await rm(metrics())
    expect(await readTail({ folder }, cursor)).toBeUndefined()
  })
})

describe('a cursor as text', () => {
  const whole = formatCursor(START)
  const wrong = ['', 'x', '1.1', `-1${whole.slice(1)}`, '../../x', `${whole}-0.0`, `A${whole.slice(1)}`]
  it.each(wrong)('is not %j', (text) => expect(parseCursor(text)).toBeUndefined())

  it('stands for itself', () => {
    const read = { ...parseCursor(formatCursor(START)), events: { file: 77, offset: 1234 } }
    expect(parseCursor(formatCursor(read))).toEqual(read)
    expect(formatCursor(parseCursor(formatCursor(START))!)).toBe(formatCursor(START))
  })
})

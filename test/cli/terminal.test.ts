// Lines stay above the line that is redrawn, and the cursor comes back.
import { describe, expect, it } from 'vitest'
import { liveTerminal, plainTerminal, silentTerminal } from '../../src/cli/terminal.ts'
import { screen } from './screen.ts'

describe('liveTerminal', () => {
  it('redraws its line in place', () => {
    const shown = screen()
    const terminal = liveTerminal(shown)
    terminal.status(() => 'a long line')
    terminal.status(() => 'short')
    expect(shown.lines()).toEqual(['short'])
  })

  it('prints lines above it', () => {
    const shown = screen()
    const terminal = liveTerminal(shown)
    terminal.print('first')
    terminal.status(() => 'progress 1')
    terminal.print('second')
    terminal.status(() => 'progress 2')
    expect(shown.lines()).toEqual(['first', 'second', 'progress 2'])
  })

  it('gives the function the columns of the moment', () => {
    const shown = screen(33)
    liveTerminal(shown).status((columns) => `${columns} columns`)
    expect(shown.lines()).toEqual(['33 columns'])
  })

  it('hides the cursor while the line is there, and shows it again', () => {
    const shown = screen()
    const terminal = liveTerminal(shown)
    terminal.print('before')
    expect(shown.cursorShown()).toBe(true)
    terminal.status(() => 'progress')
    expect(shown.cursorShown()).toBe(false)
    terminal.close()
    expect(shown.cursorShown()).toBe(true)
    expect(shown.lines()).toEqual(['before'])
  })

  it('writes nothing when it is closed twice or was never used', () => {
    const shown = screen()
    const terminal = liveTerminal(shown)
    terminal.close()
    expect(shown.written()).toBe('')
    terminal.status(() => 'progress')
    terminal.close()
    const before = shown.written()
    terminal.close()
    expect(shown.written()).toBe(before)
  })

  it('clears all rows of a line that wrapped when the terminal became narrower', () => {
    const shown = screen(10)
    const stream = { ...shown, columns: 40 }
    const terminal = liveTerminal(stream)
    terminal.print('above')
    terminal.status(() => 'twenty-five columns wide.')
    expect(shown.lines()).toHaveLength(4)
    stream.columns = 10
    terminal.status(() => 'narrow')
    expect(shown.lines()).toEqual(['above', 'narrow'])
  })
})

describe('plainTerminal', () => {
  it('prints lines and no status', () => {
    let text = ''
    const terminal = plainTerminal({ write: (more) => (text += more) })
    terminal.print('one')
    terminal.status(() => 'never')
    terminal.close()
    expect(text).toBe('one\n')
  })
})

describe('silentTerminal', () => {
  it('is not live', () => {
    expect(silentTerminal.live).toBe(false)
  })
})

// The first Ctrl-C stops, the second quits.
import { EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import { onInterrupt } from '../../src/cli/interrupt.ts'

function watched() {
  const signals = new EventEmitter()
  const told: (string | number)[] = []
  const clock = { now: 0 }
  const release = onInterrupt({
    stop: () => told.push('stop'),
    quit: () => told.push('quit'),
    exit: (code) => told.push(code),
    signals,
    now: () => clock.now,
  })
  return { signals, told, clock, release }
}

describe('onInterrupt', () => {
  it('asks to stop once, then quits with exit code 130', () => {
    const { signals, told, clock } = watched()
    signals.emit('SIGINT')
    expect(told).toEqual(['stop'])
    clock.now = 1000
    signals.emit('SIGINT')
    expect(told).toEqual(['stop', 'quit', 130])
  })

  it('takes the same press that arrives twice for one', () => {
    const { signals, told, clock } = watched()
    signals.emit('SIGINT')
    clock.now = 20
    signals.emit('SIGINT')
    expect(told).toEqual(['stop'])
  })

  it.each(['SIGTERM', 'SIGHUP'])(
    'treats a request to terminate and a closed terminal alike: %s',
    (signal) => {
      const { signals, told } = watched()
      signals.emit(signal)
      expect(told).toEqual(['stop'])
    },
  )

  it('listens no more when it was released', () => {
    const { signals, told, release } = watched()
    release()
    signals.emit('SIGINT')
    expect(told).toEqual([])
    expect(signals.listenerCount('SIGINT') + signals.listenerCount('SIGTERM')).toBe(0)
  })
})

// Log lines: what is kept, what is torn, what is refused.
import { describe, expect, test } from 'vitest'
import {
  eventRowSchema,
  formatLines,
  keepUntil,
  parseLines,
  readMetricsRow,
  rowReader,
} from '../../src/runs/index.ts'
import { DataError } from '../../src/util/errors.ts'

const read = (text: string): unknown[] => parseLines(text, 'metrics.jsonl', readMetricsRow)

describe('log lines', () => {
  test('rows come back as they were, a number that is not finite as NaN', () => {
    const text = formatLines([
      { step: 0, loss: 0.1 },
      { step: 1, loss: Number.POSITIVE_INFINITY },
    ])
    expect(text).toBe('{"step":0,"loss":0.1}\n{"step":1,"loss":null}\n')
    expect(read(text)).toEqual([
      { step: 0, loss: 0.1 },
      { step: 1, loss: Number.NaN },
    ])
  })

  test('a torn last line is left out, even one that happens to parse', () => {
    expect(read('{"step":0}\n{"step":1,"lo')).toEqual([{ step: 0 }])
    expect(read('{"step":0}\n{"step":1}')).toEqual([{ step: 0 }])
    expect(read('')).toEqual([])
  })

  test('a line that cannot be read is named with its file and number', () => {
    expect(() => read('{"step":0}\noops\n{"step":2}\n')).toThrow(DataError)
    expect(() => read('{"step":0}\noops\n{"step":2}\n')).toThrow(/metrics\.jsonl line 2: .*"oops"/)
    expect(() => read('{"step":0,"loss":"high"}\n')).toThrow('"loss" must be a number')
    expect(() => read('{"step":0.5}\n')).toThrow('"step" must be a whole number')
    const readEvent = rowReader(eventRowSchema)
    const loud = '{"step":1,"kind":"a","severity":"loud","message":""}\n'
    expect(() => parseLines(loud, 'events.jsonl', readEvent)).toThrow(/events\.jsonl line 1: .*severity/)
  })

  test('keeping until a step drops later lines and the torn one, and leaves the rest byte for byte', () => {
    const text = '{"step":1, "loss":1.0}\n{"step":2,"loss":2}\n{"step":3,"loss":3}\n{"step":4,'
    expect(keepUntil(text, 2, 'm')).toBe('{"step":1, "loss":1.0}\n{"step":2,"loss":2}\n')
    expect(keepUntil(text, 9, 'm')).toBe(text.slice(0, text.lastIndexOf('\n') + 1))
    expect(keepUntil(text, -1, 'm')).toBe('')
  })

  test('an unreadable tail goes, an unreadable line among those to keep is an error', () => {
    expect(keepUntil('{"step":1}\n\0\0\0\n{"step":7}\n', 3, 'm')).toBe('{"step":1}\n')
    expect(() => keepUntil('{"step":1}\n\0\0\n{"step":2}\n', 3, 'm')).toThrow(/m line 2/)
  })
})

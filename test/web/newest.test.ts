// Work that keeps up: only the newest wish is carried out.
import { expect, test } from 'vitest'
import { newest } from '../../web/src/lib/newest.ts'

const soon = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5))

test('skips wishes that were overtaken, never the last', async () => {
  const done: number[] = []
  const worker = newest(async (value: number) => {
    await soon()
    done.push(value)
  })
  for (let i = 0; i < 10; i++) worker.ask(i)
  await expect.poll(() => done).toEqual([0, 9])
  worker.ask(10)
  await expect.poll(() => done).toEqual([0, 9, 10])
})

test('goes on after work that failed, and tells', async () => {
  const errors: string[] = []
  const done: number[] = []
  const worker = newest(
    async (value: number) => {
      await soon()
      if (value === 1) throw new Error('one')
      done.push(value)
    },
    ({ message }) => errors.push(message),
  )
  worker.ask(1)
  await expect.poll(() => errors).toEqual(['one'])
  worker.ask(2)
  await expect.poll(() => done).toEqual([2])
})

test('begins nothing once stopped', async () => {
  const done: number[] = []
  const worker = newest(async (value: number) => void done.push(value))
  worker.stop()
  worker.ask(1)
  await soon()
  expect(done).toEqual([])
})

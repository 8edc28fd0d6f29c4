// Few labelled examples of many, and several sets as one.
import { describe, expect, it } from 'vitest'
import { createDataset } from '../../src/data/dataset.ts'
import { digits } from '../../src/data/digits.ts'
import { joinedDatasets } from '../../src/data/joined.ts'
import { labelledPart } from '../../src/data/labelled-part.ts'
import { ConfigError, DataError } from '../../src/util/errors.ts'

const whole = await digits({ seed: 1, count: 600 })

const histogram = ({ labels }: { labels?: Uint8Array }): number[] =>
  Array.from({ length: 10 }, (_, i) => labels!.filter((label) => label === i).length)
/** Each example as a text. */
const examples = ({ images, labels, count }: typeof whole): string[] => {
  const size = images.length / count
  return Array.from(
    { length: count },
    (_, i) => `${labels![i]} ${Buffer.from(images.subarray(i * size, (i + 1) * size)).toString('hex')}`,
  )
}

describe('a part of few labels', () => {
  it('has as many examples of each class, each with its own label, in the order of the whole', async () => {
    const part = await labelledPart(whole, { labels: 50 })
    expect(part.count).toBe(50)
    expect(histogram(part)).toEqual(Array(10).fill(5))
    const all = examples(whole)
    const places = examples(part).map((example) => all.indexOf(example))
    expect(places).toEqual([...places].sort((a, b) => a - b))
    expect(places[0]).toBeGreaterThanOrEqual(0)
    expect(new Set(places).size).toBe(50)
    expect(part.preparation).toBe('50 of 600 examples, equally many of each class (draw 1)')
    expect(part.hash).not.toBe(whole.hash)
  })

  it('is the same every time, nested in a larger one of its draw, and another in another draw', async () => {
    const [fifty, again, hundred, other] = await Promise.all([
      labelledPart(whole, { labels: 50, draw: 3 }),
      labelledPart(whole, { labels: 50, draw: 3 }),
      labelledPart(whole, { labels: 100, draw: 3 }),
      labelledPart(whole, { labels: 50, draw: 4 }),
    ])
    expect(again!.hash).toBe(fifty!.hash)
    expect(examples(hundred!)).toEqual(expect.arrayContaining(examples(fifty!)))
    const shared = examples(other!).filter((example) => examples(fifty!).includes(example))
    // Of 60 of a class 5 are drawn: two draws share a few by chance.
    expect(shared.length).toBeLessThan(15)
  })

  it('has one more of some classes where the number is no multiple, and these stay', async () => {
    const part = await labelledPart(whole, { labels: 53 })
    expect(histogram(part).reduce((a, b) => a + b)).toBe(53)
    expect(histogram(part).filter((n) => n === 6)).toHaveLength(3)
    const next = await labelledPart(whole, { labels: 54 })
    expect(examples(next)).toEqual(expect.arrayContaining(examples(part)))
  })

  it('refuses fewer labels than classes, more than there are, and a set without labels', async () => {
    await expect(labelledPart(whole, { labels: 9 })).rejects.toThrow(ConfigError)
    await expect(labelledPart(whole, { labels: 2000 })).rejects.toThrow(
      /--labels 2000: class "0" of "digits" has \d+ examples, expected at least 200; ask for fewer labels/,
    )
    const { labels: _, hash: __, ...parts } = whole
    const bare = await createDataset({ ...parts, classes: [] })
    await expect(labelledPart(bare, { labels: 20 })).rejects.toThrow(DataError)
  })
})

describe('several sets as one', () => {
  it('has the examples of all, with labels by the names of the first one', async () => {
    const few = await labelledPart(whole, { labels: 20 })
    const classes = ['7', '1']
    const { hash: _, ...parts } = await labelledPart(whole, { labels: 30 })
    const chosen = Array.from(parts.labels!.keys()).filter((i) =>
      ['7', '1'].includes(whole.classes[parts.labels![i]!]!),
    )
    const named = await createDataset({
      ...parts,
      name: 'mine',
      count: chosen.length,
      images: Uint8Array.from(
        chosen.flatMap((i) => Array.from(parts.images.subarray(784 * i, 784 * (i + 1)))),
      ),
      labels: Uint8Array.from(chosen, (i) => classes.indexOf(whole.classes[parts.labels![i]!]!)),
      classes,
    })
    const both = await joinedDatasets([few, named])
    expect(both.name).toBe('digits + mine')
    expect(both.count).toBe(26)
    expect(both.classes).toEqual(whole.classes)
    expect(examples(both)).toEqual([
      ...examples(few),
      ...chosen.map((i) => examples({ ...parts, hash: '' })[i]!),
    ])
    expect(both.preparation).toMatch(/^digits: 20 of 600 .*; mine: 30 of 600/)
    expect(await joinedDatasets([few])).toBe(few)
  })

  it('refuses other shapes, unknown classes, and sets of which only one has labels', async () => {
    const { hash: _, ...parts } = whole
    const strange = await createDataset({
      ...parts,
      name: 'strange',
      classes: [...whole.classes.slice(0, 9), 'dog'],
    })
    await expect(joinedDatasets([whole, strange])).rejects.toThrow(
      /"strange" has a class "dog", which is none of "digits" \(0, 1, 2/,
    )
    const { labels: __, ...rest } = parts
    const bare = await createDataset({ ...rest, name: 'bare', classes: [] })
    await expect(joinedDatasets([whole, bare])).rejects.toThrow(/"bare" has no labels, "digits" has some/)
    const wide = await createDataset({ ...parts, height: 14, width: 56, name: 'wide' })
    await expect(joinedDatasets([whole, wide])).rejects.toThrow(
      /"wide" has images of 14 x 56 x 1 .*, "digits" of 28 x 28 x 1; give --image-size/,
    )
  })
})

// Games of the Atari 2600, played in an emulator: all of it on the game of our own.
import { createHash } from 'node:crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import { seenOf } from '../../src/environments/atari/screen.ts'
import { skyLanes } from '../../src/environments/atari/sky-lanes.ts'
import { makeEnvironment, prepareEnvironment, rulesNamed } from '../../src/environments/index.ts'
import { randomStream } from '../../src/util/random.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const md5 = (data: Uint8Array): string => createHash('md5').update(data).digest('hex')
const readAs = (path: string, data: Uint8Array) => Promise.resolve({ path, bytes: data, md5: md5(data) })
const nothing = () => Promise.reject(new Error('no file is to be read'))

beforeAll(() => prepareEnvironment('atari', {}, nothing))

/** Actions of chance, and all that came of them; the state halfway. */
function play(steps: number, halfway = -1) {
  const environment = makeEnvironment('atari', { maxEpisodeSteps: 30 })
  const told: unknown[] = [md5(environment.reset({ seed: 3 }) as Uint8Array)]
  const random = randomStream(4, 'policy')
  let saved: number[] = []
  for (let step = 0; step < steps; step++) {
    if (step === halfway) saved = environment.save()
    const { observation, ...found } = environment.step(random.integer(6))
    told.push(found, environment.told(), md5(observation as Uint8Array))
    if (found.terminated || found.truncated) told.push(md5(environment.reset() as Uint8Array))
  }
  return { told, saved, environment }
}

describe('a game of the Atari 2600', () => {
  let first: ReturnType<typeof play>
  beforeAll(() => {
    first = play(42, 34)
  })

  it('is a function of its seed and of what is done', () => {
    expect(play(42).told).toEqual(first.told)
  })

  it('goes on from a state that was saved as if nothing had been between', () => {
    const again = makeEnvironment('atari', { maxEpisodeSteps: 30 })
    again.restore(structuredClone(first.saved))
    expect(again.save()).toEqual(first.saved)
    const random = randomStream(4, 'policy')
    for (let step = 0; step < 34; step++) random.integer(6)
    const rest: unknown[] = []
    for (let step = 34; step < 42; step++) {
      const { observation, ...found } = again.step(random.integer(6))
      rest.push(found, again.told(), md5(observation as Uint8Array))
    }
    expect(rest).toEqual(first.told.slice(-rest.length))
  })

  it('shows four steps, the newest last, and zeros before the first', () => {
    const environment = makeEnvironment('atari', { sticky: 0 })
    const frames = (seen: ArrayLike<number>) =>
      [0, 1, 2, 3].map((frame) => Uint8Array.from({ length: 84 * 84 }, (_, i) => seen[4 * i + frame]!))
    const before = frames(environment.reset())
    expect(before.map((frame) => frame.some((value) => value > 0))).toEqual([false, false, false, true])
    const after = frames(environment.step(2).observation)
    expect(after.slice(0, 3)).toEqual(before.slice(1))
    expect(after[3]).not.toEqual(before[3])
  })

  it('is shown to people in colours', () => {
    const environment = makeEnvironment('atari', { sticky: 0 })
    environment.reset()
    environment.step(0)
    const { height, width, pixels } = environment.render()
    expect([height, width, pixels.length]).toEqual([210, 160, 3 * 210 * 160])
    const colors = new Set<string>()
    for (let i = 0; i < pixels.length; i += 3) colors.add(pixels.subarray(i, i + 3).join())
    // Sky, ground, ship, digits, and five enemies.
    expect(colors.size).toBe(9)
  })

  it('pays for enemies that are shot, takes lives, and is over when there are none', () => {
    const environment = makeEnvironment('atari', { sticky: 0 })
    environment.reset({ seed: 1 })
    expect(environment.told()).toEqual({ lives: 3 })
    const rewards: number[] = []
    const lives = [3]
    let terminated = false
    // Stands still and fires, until bombs have hit it three times.
    for (let step = 0; step < 400 && !terminated; step++) {
      const found = environment.advance(1)
      if (found.reward !== 0) rewards.push(found.reward)
      const { lives: now } = environment.told()
      if (now !== lives.at(-1)) lives.push(now!)
      terminated = found.terminated
    }
    expect(lives).toEqual([3, 2, 1, 0])
    expect(terminated).toBe(true)
    expect(rewards.length).toBeGreaterThan(2)
    expect(rewards.every((reward) => [10, 20, 30, 40, 50].includes(reward))).toBe(true)
    expect(() => environment.step(0)).toThrow('the episode has ended; call reset first')
  })

  it('sticks to actions by frames', () => {
    // Of 160 frames of which a quarter repeats what was pressed before.
    const environment = makeEnvironment('atari', { sticky: 0.25 })
    environment.reset({ seed: 2 })
    for (let step = 0; step < 40; step++) environment.advance(2 + (step % 2))
    // Five numbers of the environment; then one for the actions of every step, five bits each.
    const pressed = environment
      .save()
      .slice(5)
      .flatMap((code) => [0, 1, 2, 3].map((frame) => Math.floor(code / 32 ** frame) % 32))
    const stuck = [0, 1, 2, 3].map((frame) => {
      const asked = pressed.filter((_, i) => i % 4 === frame)
      return asked.filter((action, step) => action !== 2 + (step % 2)).length
    })
    // A quarter of first frames, a sixteenth of second ones, and so on.
    expect(stuck[0]).toBeGreaterThan(4)
    expect(stuck[0]).toBeLessThan(18)
    expect(stuck[0]).toBeGreaterThan(stuck[1]!)
    expect(stuck[3]).toBeLessThan(3)
  })
})

describe('which game of the Atari 2600', () => {
  it('is the first of those that are known, with settings of its own', () => {
    const { games, ...first } = rulesNamed('atari')
    expect(Object.keys(games!)).toEqual(['sky-lanes', 'space-invaders'])
    expect(first).toMatchObject({ sticky: 0.25, clip: 1, maxEpisodeSteps: 27_000 })
    expect(rulesNamed('atari', 'space-invaders').actions).toEqual([
      'noop',
      'fire',
      'right',
      'left',
      'right-fire',
      'left-fire',
    ])
  })

  it.each([
    ['atari', 'space-invader', 'unknown game "space-invader" of atari; did you mean "space-invaders"?'],
    ['freeway', 'sky-lanes', 'freeway is one game; expected none to be named, got "sky-lanes"'],
  ])('is not %s %s', (name, game, message) => {
    expect(() => makeEnvironment(name, { game })).toThrow(message)
  })

  it('is told by size and MD5 of a file; another file is refused with both', async () => {
    const read = (path: string) => readAs(path, bytes('another game'))
    await expect(prepareEnvironment('atari', { rom: 'pong.bin' }, read)).rejects.toThrow(
      'pong.bin is no game that is known here: it has 12 bytes and the MD5 6562c19c22da902f725fdce1e727daec; expected Sky Lanes, a small shooter that comes along (2048 bytes, MD5',
    )
  })

  it('is told by the file that it should be, where another one is named or none is there', async () => {
    const wanted = 'xpected Space Invaders (Atari, 1980) (4096 bytes, MD5 72ffbef6504b75e69ee1045af9075f66)'
    const chosen = { game: 'space-invaders', rom: 'lanes.bin' }
    const lanes = (path: string) => readAs(path, skyLanes.bytes!())
    const other = prepareEnvironment('atari', chosen, lanes)
    await expect(other).rejects.toThrow(
      `lanes.bin is Sky Lanes, a small shooter that comes along: it has 2048 bytes and the MD5 ${skyLanes.md5}; e${wanted}`,
    )
    const none = prepareEnvironment('atari', chosen, nothing)
    await expect(none).rejects.toThrow(`E${wanted}: put it back there, or name it with --rom`)
  })

  it.each([
    [
      'atari',
      { game: 'space-invaders' },
      'Space Invaders (Atari, 1980) is played with a file of your own; name it with --rom, 4096 bytes of MD5 72ff',
    ],
    ['freeway', { rom: 'game.bin' }, 'freeway is played without a file; expected no --rom, got "game.bin"'],
  ])('is refused for %s %j', async (name, chosen, message) => {
    await expect(prepareEnvironment(name, chosen, nothing)).rejects.toThrow(message)
  })
})

it('frames are made smaller by the area that each of their pixels covers', () => {
  const [grey, black] = [new Uint8Array(210 * 160), new Uint8Array(210 * 160)]
  const out = new Uint8Array(84 * 84)
  seenOf(grey.fill(77), black, out)
  expect(out.every((value) => value === 77)).toBe(true)
  // A place covers 2.5 rows and 40/21 columns: of the pixel in row 2, column 1 half a row, and 19/21 of a column.
  grey.fill(0)
  grey[2 * 160 + 1] = 210
  seenOf(grey, black, out)
  const share = (rows: number, columns: number) => Math.round((210 * rows * columns) / (2.5 * (40 / 21)))
  expect([out[0], out[1], out[84], out[85]]).toEqual([
    share(0.5, 19 / 21),
    share(0.5, 2 / 21),
    share(0.5, 19 / 21),
    share(0.5, 2 / 21),
  ])
  expect(out.filter((value) => value > 0)).toHaveLength(4)
})

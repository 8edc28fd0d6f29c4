// Space Invaders against a second reading of its rules, which knows things and where they are instead of maps of cells.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { environments, makeEnvironment } from '../../src/environments/index.ts'
import { spaceInvadersRules } from '../../src/environments/space-invaders.ts'
import { randomStream } from '../../src/util/random.ts'

interface Place {
  row: number
  column: number
}
const same = (a: Place) => (b: Place) => a.row === b.row && a.column === b.column

/** The rules, read once more. */
class Again {
  x = 5
  facing: 'left' | 'right' = 'left'
  interval = 12
  untilMove = 12
  untilShot = 10
  untilFire = 0
  aliens: Place[] = Again.wave()
  up: Place[] = []
  down: Place[] = []

  static wave(): Place[] {
    return [0, 1, 2, 3].flatMap((row) => [2, 3, 4, 5, 6, 7].map((column) => ({ row, column })))
  }

  step(action: string): { reward: number; terminated: boolean } {
    let over = false
    const cannon = (): Place => ({ row: 9, column: this.x })
    if (action === 'fire' && this.untilFire === 0) {
      if (!this.up.some(same(cannon()))) this.up.push(cannon())
      this.untilFire = 5
    }
    if (action === 'left') this.x = Math.max(this.x - 1, 0)
    if (action === 'right') this.x = Math.min(this.x + 1, 9)
    this.up = this.up.map(({ row, column }) => ({ row: row - 1, column })).filter(({ row }) => row >= 0)
    this.down = this.down.map(({ row, column }) => ({ row: row + 1, column })).filter(({ row }) => row <= 9)
    if (this.down.some(same(cannon())) || this.aliens.some(same(cannon()))) over = true
    if (this.untilMove === 0) {
      this.untilMove = Math.min(this.aliens.length, this.interval)
      const edge = this.facing === 'left' ? 0 : 9
      if (this.aliens.some(({ column }) => column === edge)) {
        this.facing = this.facing === 'left' ? 'right' : 'left'
        if (this.aliens.some(({ row }) => row === 9)) over = true
        this.aliens = this.aliens
          .map(({ row, column }) => ({ row: row + 1, column }))
          .filter(({ row }) => row <= 9)
      } else {
        const by = this.facing === 'left' ? -1 : 1
        this.aliens = this.aliens.map(({ row, column }) => ({ row, column: column + by }))
      }
      if (this.aliens.some(same(cannon()))) over = true
    }
    if (this.untilShot === 0) {
      this.untilShot = 10
      const [nearest] = this.aliens.toSorted(
        (a, b) =>
          Math.abs(a.column - this.x) - Math.abs(b.column - this.x) || a.column - b.column || b.row - a.row,
      )
      if (nearest && !this.down.some(same(nearest))) this.down.push({ ...nearest })
    }
    const hit = this.aliens.filter((alien) => this.up.some(same(alien)))
    this.aliens = this.aliens.filter((alien) => !hit.includes(alien))
    this.up = this.up.filter((bullet) => !hit.some(same(bullet)))
    if (this.untilFire > 0) this.untilFire--
    this.untilMove--
    this.untilShot--
    if (this.aliens.length === 0) {
      if (this.interval > 6) this.interval--
      this.aliens = Again.wave()
    }
    return { reward: hit.length, terminated: over }
  }

  seen(): Uint8Array {
    const out = new Uint8Array(600)
    const mark = ({ row, column }: Place, channel: number): void => {
      out[(row * 10 + column) * 6 + channel] = 1
    }
    mark({ row: 9, column: this.x }, 0)
    for (const alien of this.aliens) {
      mark(alien, 1)
      mark(alien, this.facing === 'left' ? 2 : 3)
    }
    for (const bullet of this.up) mark(bullet, 4)
    for (const bullet of this.down) mark(bullet, 5)
    return out
  }
}

const { actions } = spaceInvadersRules

/** Plays both until the end of the game, or of the actions; and gives what was reached. */
function both(chosen: Iterable<number>, aliens?: readonly Place[]): { steps: number; reward: number } {
  const game = spaceInvadersRules.create()
  game.reset(randomStream(0, 'none'))
  const again = new Again()
  if (aliens) {
    again.aliens = aliens.map((place) => ({ ...place }))
    const saved = game.save()
    saved.fill(0, 6, 106)
    for (const { row, column } of aliens) saved[6 + row * 10 + column] = 1
    game.restore(saved)
  }
  const seen = new Uint8Array(600)
  let [steps, reward] = [0, 0]
  for (const action of chosen) {
    const found = game.step(action, () => randomStream(0, 'none'))
    expect(found).toEqual(again.step(actions[action]!))
    game.observe(seen, 0)
    expect(Buffer.compare(seen, again.seen())).toBe(0)
    steps++
    reward += found.reward
    if (found.terminated) break
  }
  return { steps, reward }
}

describe('Space Invaders', () => {
  it('is what a second reading of its rules says, whatever is done', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(5), { minLength: 1, maxLength: 250 }), (chosen) => {
        both(chosen)
      }),
      { numRuns: 150 },
    )
  })

  it('is so in later waves too, of which a game with few aliens left soon has some', () => {
    let waves = 0
    fc.assert(
      fc.property(
        fc.subarray(Again.wave(), { minLength: 1, maxLength: 2 }),
        // Of a gunner who fires half of the time.
        fc.array(fc.oneof(fc.nat(5), fc.constant(5)), { minLength: 50, maxLength: 250 }),
        (aliens, chosen) => {
          if (both(chosen, aliens).reward > aliens.length) waves++
        },
      ),
      { numRuns: 100 },
    )
    expect(waves).toBeGreaterThan(5)
  })

  it('gives a random policy what is known of it: a return of 2.84 with sticky actions', () => {
    const copies = environments(() => makeEnvironment('space-invaders'), 32)
    copies.reset(1)
    const random = randomStream(3, 'policy')
    const returns: number[] = []
    const chosen = new Uint8Array(32)
    while (returns.length < 2000) {
      for (let i = 0; i < 32; i++) chosen[i] = random.integer(6)
      copies.step(chosen, (episode) => returns.push(episode.return))
    }
    const mean = returns.reduce((a, b) => a + b) / returns.length
    // The standard error of 2,000 episodes is 0.05.
    expect(Math.abs(mean - 2.84)).toBeLessThan(0.2)
  })
})

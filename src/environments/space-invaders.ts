// Space Invaders on ten by ten cells, by the rules of MinAtar (Young and Tian 2019, arXiv:1903.03176), with its ramp of difficulty.
import { type Game, keeping, type Rules } from './game.ts'
import { ACTIONS, CELLS, gridBox, painter, SIDE } from './grid.ts'

const CHANNELS = ['cannon', 'alien', 'alien_left', 'alien_right', 'friendly_bullet', 'enemy_bullet']
const LAST = SIDE - 1
/** Steps until the cannon can fire again. */
const COOLDOWN = 5
/** Steps between shots of the aliens. */
const SHOT_INTERVAL = 10
/** Steps between moves of the aliens in the first wave, and the fewest that waves get down to. */
const MOVE_INTERVAL = { first: 12, least: 6 }
/** Where a wave begins: rows and columns, the ends left out. */
const WAVE = { rows: [0, 4], columns: [2, 8] } as const

/** One row up (-1) or down (1); what leaves is gone. */
function shiftRows(cells: Uint8Array, by: 1 | -1): void {
  if (by === 1) {
    cells.copyWithin(SIDE, 0, CELLS - SIDE)
    cells.fill(0, 0, SIDE)
  } else {
    cells.copyWithin(0, SIDE)
    cells.fill(0, CELLS - SIDE)
  }
}

/** One column aside, where no cell of that edge is taken. */
function shiftColumns(cells: Uint8Array, by: number): void {
  if (by > 0) cells.copyWithin(1, 0, CELLS - 1)
  else cells.copyWithin(0, 1)
  for (let row = 0; row < SIDE; row++) cells[row * SIDE + (by > 0 ? 0 : LAST)] = 0
}

const isAny = (cells: Uint8Array): boolean => cells.includes(1)
const inColumn = (cells: Uint8Array, column: number): boolean => lowest(cells, column) !== undefined

/** The lowest row of a column that is taken. */
function lowest(cells: Uint8Array, column: number): number | undefined {
  for (let row = LAST; row >= 0; row--) if (cells[row * SIDE + column]) return row
  return undefined
}

function count(cells: Uint8Array): number {
  let found = 0
  for (let i = 0; i < CELLS; i++) found += cells[i]!
  return found
}

function spaceInvaders(): Game {
  const aliens = new Uint8Array(CELLS)
  const friendly = new Uint8Array(CELLS)
  const enemy = new Uint8Array(CELLS)
  const now = { x: 0, direction: 0, moveInterval: 0, moveTimer: 0, shotTimer: 0, cooldown: 0 }

  function wave(): void {
    for (let row = WAVE.rows[0]; row < WAVE.rows[1]; row++)
      aliens.fill(1, row * SIDE + WAVE.columns[0], row * SIDE + WAVE.columns[1])
  }

  function act(action: string | undefined): void {
    if (action === 'fire' && now.cooldown === 0) {
      friendly[LAST * SIDE + now.x] = 1
      now.cooldown = COOLDOWN
    } else if (action === 'left') now.x = Math.max(0, now.x - 1)
    else if (action === 'right') now.x = Math.min(LAST, now.x + 1)
  }

  /** @returns whether the aliens have landed */
  function moveAliens(): boolean {
    now.moveTimer = Math.min(count(aliens), now.moveInterval)
    if (!inColumn(aliens, now.direction < 0 ? 0 : LAST)) {
      shiftColumns(aliens, now.direction)
      return false
    }
    now.direction = -now.direction
    const landed = aliens.subarray(LAST * SIDE).includes(1)
    shiftRows(aliens, 1)
    return landed
  }

  /** The lowest alien of the column nearest to the cannon; of two equally near the left one. */
  function shoot(): void {
    now.shotTimer = SHOT_INTERVAL
    for (let distance = 0; distance < SIDE; distance++)
      for (const column of [now.x - distance, now.x + distance]) {
        const row = column < 0 || column > LAST ? undefined : lowest(aliens, column)
        if (row === undefined) continue
        enemy[row * SIDE + column] = 1
        return
      }
  }

  /** @returns how many were hit */
  function hits(): number {
    let hit = 0
    for (let i = 0; i < CELLS; i++)
      if (aliens[i] && friendly[i]) {
        aliens[i] = 0
        friendly[i] = 0
        hit++
      }
    return hit
  }

  return {
    reset() {
      for (const cells of [aliens, friendly, enemy]) cells.fill(0)
      wave()
      now.x = 5
      now.direction = -1
      now.moveInterval = MOVE_INTERVAL.first
      now.moveTimer = now.moveInterval
      now.shotTimer = SHOT_INTERVAL
      now.cooldown = 0
    },
    step(action) {
      const cannon = () => LAST * SIDE + now.x
      act(ACTIONS[action])
      shiftRows(friendly, -1)
      shiftRows(enemy, 1)
      let terminated = enemy[cannon()] === 1 || aliens[cannon()] === 1
      if (now.moveTimer === 0) terminated = moveAliens() || aliens[cannon()] === 1 || terminated
      if (now.shotTimer === 0) shoot()
      const reward = hits()
      if (now.cooldown > 0) now.cooldown--
      now.moveTimer--
      now.shotTimer--
      if (!isAny(aliens)) {
        if (now.moveInterval > MOVE_INTERVAL.least) now.moveInterval--
        wave()
      }
      return { reward, terminated }
    },
    observe(out, at) {
      out.fill(0, at, at + CELLS * CHANNELS.length)
      const paint = painter(out, at, CHANNELS.length)
      paint(LAST, now.x, 0)
      for (let row = 0; row < SIDE; row++)
        for (let column = 0; column < SIDE; column++) {
          const cell = row * SIDE + column
          if (aliens[cell]) {
            paint(row, column, 1)
            paint(row, column, now.direction < 0 ? 2 : 3)
          }
          if (friendly[cell]) paint(row, column, 4)
          if (enemy[cell]) paint(row, column, 5)
        }
    },
    ...keeping(now, [aliens, friendly, enemy]),
  }
}

export const spaceInvadersRules: Rules = {
  name: 'space-invaders',
  summary: 'shoot the aliens before they land; waves get faster',
  observation: gridBox(CHANNELS),
  actions: ACTIONS,
  minimal: ['noop', 'left', 'right', 'fire'],
  sticky: 0.1,
  create: spaceInvaders,
}

// Sky Lanes, the game of our own: so that agents can play the Atari 2600 without anybody's file. Its program is `sky-lanes.asm`.
import { type Cartridge, decimal } from './cartridge.ts'
import { SKY_LANES } from './sky-lanes-bytes.ts'

export const skyLanes: Cartridge = {
  name: 'sky-lanes',
  title: 'Sky Lanes, a small shooter that comes along',
  md5: SKY_LANES.md5,
  size: 2048,
  bytes: () => Uint8Array.from(atob(SKY_LANES.base64), (letter) => letter.charCodeAt(0)),
  actions: ['noop', 'fire', 'right', 'left', 'right-fire', 'left-fire'],
  start: { idle: 4, held: 2, times: 1 },
  score: (ram) => 100 * decimal(ram(0x80)) + decimal(ram(0x81)),
  wraps: 10_000,
  lives: (ram) => ram(0x82),
  isOver: (ram) => (ram(0x83) & 0x80) !== 0,
}

// Space Invaders of the Atari 2600. The file is the user's own.
import { type Cartridge, decimal } from './cartridge.ts'

/**
 * Addresses as the Arcade Learning Environment reads them (Bellemare et al. 2013, arXiv:1207.4708). Its start is that too: 60 frames of
 * nothing and RESET for 4 frames, twice. With three more frames before the first of them (presumably those in which it finds
 * out the television standard) the whole of RAM and screen is alike from the first step on (`bench/atari-emulators.mjs`).
 */
export const spaceInvaders: Cartridge = {
  name: 'space-invaders',
  title: 'Space Invaders (Atari, 1980)',
  md5: '72ffbef6504b75e69ee1045af9075f66',
  size: 4096,
  actions: ['noop', 'fire', 'right', 'left', 'right-fire', 'left-fire'],
  start: { idle: 63, held: 4, times: 2 },
  score: (ram) => 100 * decimal(ram(0xe6)) + decimal(ram(0xe8)),
  wraps: 10_000,
  lives: (ram) => ram(0xc9),
  isOver: (ram) => (ram(0x98) & 0x80) !== 0 || ram(0xc9) === 0,
}

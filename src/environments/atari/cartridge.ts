// What is known of a game of the Atari 2600: by which file it is recognized, which actions it has, and where in RAM score and lives are.

/** Names of actions, as the Arcade Learning Environment has them: what of the joystick is pressed. */
export const JOYSTICK = {
  noop: [],
  fire: ['fire'],
  up: ['up'],
  right: ['right'],
  left: ['left'],
  down: ['down'],
  'up-right': ['up', 'right'],
  'up-left': ['up', 'left'],
  'down-right': ['down', 'right'],
  'down-left': ['down', 'left'],
  'up-fire': ['up', 'fire'],
  'right-fire': ['right', 'fire'],
  'left-fire': ['left', 'fire'],
  'down-fire': ['down', 'fire'],
  'up-right-fire': ['up', 'right', 'fire'],
  'up-left-fire': ['up', 'left', 'fire'],
  'down-right-fire': ['down', 'right', 'fire'],
  'down-left-fire': ['down', 'left', 'fire'],
} as const satisfies Readonly<Record<string, readonly ('up' | 'down' | 'left' | 'right' | 'fire')[]>>

export type AtariAction = keyof typeof JOYSTICK

/** Reads a byte of RAM by its address, 0x80 to 0xff. */
export type Ram = (address: number) => number

/** A game: one file describes it, and a line in `cartridges.ts` makes it known. */
export interface Cartridge {
  /** What `--game` calls it. */
  readonly name: string
  /** For people, with maker and year. */
  readonly title: string
  /** Of the file that it is recognized by. */
  readonly md5: string
  /** Bytes of it: 2,048 or 4,096. */
  readonly size: number
  /** The bytes, where they are ours to give. */
  readonly bytes?: () => Uint8Array<ArrayBuffer>
  /** What does something in it, in the order of the Arcade Learning Environment. */
  readonly actions: readonly AtariAction[]
  /** From power on to the first step: frames in which nothing is done, then RESET held for some and let go, so many times. */
  readonly start: { readonly idle: number; readonly held: number; readonly times: number }
  readonly score: (ram: Ram) => number
  /** The score after which it begins again at 0. */
  readonly wraps: number
  readonly lives: (ram: Ram) => number
  readonly isOver: (ram: Ram) => boolean
}

/** Two decimal digits in a byte. */
export const decimal = (byte: number): number => 10 * (byte >> 4) + (byte & 15)

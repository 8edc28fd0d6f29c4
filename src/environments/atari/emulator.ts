// The Atari 2600: the emulator 6502.ts, loaded when a game is played, as a console that is told what is pressed and shows a frame.
import type * as BoardFile from '6502.ts/lib/machine/stella/Board.js'
import type * as ConfigFile from '6502.ts/lib/machine/stella/Config.js'
import { ConfigError, messageOf } from '../../util/errors.ts'

/** Pixels of a frame, as the Arcade Learning Environment cuts it. */
export const SCREEN = { width: 160, height: 210 } as const

export interface Console {
  /** Emulates a frame. */
  frame(): void
  /** The last frame, row by row: red in the lowest byte, then green and blue. Written anew by every frame. */
  readonly screen: Uint32Array
  /** A byte of RAM by its address, 0x80 to 0xff. */
  ram(address: number): number
  /** What of the joystick is pressed from now on. */
  press(pressed: readonly ('up' | 'down' | 'left' | 'right' | 'fire')[]): void
  /** Holds the switch RESET, or lets it go. */
  hold(isHeld: boolean): void
}

/** What a file of the package exports by default, whether its types are read as those of a module or of what Node loads. */
type Exported<File> = File extends { readonly default: { readonly default: infer Class } }
  ? Class
  : File extends { readonly default: infer Class }
    ? Class
    : never

interface Parts {
  readonly Board: Exported<typeof BoardFile>
  readonly Config: Exported<typeof ConfigFile>
  /** Cartridges without banks, by their size. */
  readonly cartridges: Readonly<Record<number, new (bytes: number[]) => never>>
}
let parts: Parts | undefined

/** Node gives the exports of a CommonJS file as its default. */
const classOf = <File>(file: File): Exported<File> =>
  (file as { default: { default: unknown } }).default.default as Exported<File>

/** Clocks of a line, and lines: after the signal of the picture's end, of the picture, and from its end to that of the next signal. */
const LINE = 228
const BEFORE = 33
const SHOWN = 212
const AFTER = 14
/** Lines without a picture after which a game shows none: two frames. */
const MOST_LINES = 2 * 262

/**
 * Loads the emulator; nothing happens the second time. Only the parts for games of 2 and 4 kB are
 * loaded, none of those for other cartridges.
 *
 * @throws ConfigError when the package is not installed
 */
export async function loadEmulator(): Promise<void> {
  if (parts) return
  try {
    const [board, config, small, large] = await Promise.all([
      import('6502.ts/lib/machine/stella/Board.js'),
      import('6502.ts/lib/machine/stella/Config.js'),
      import('6502.ts/lib/machine/stella/cartridge/Cartridge2k.js'),
      import('6502.ts/lib/machine/stella/cartridge/Cartridge4k.js'),
    ])
    parts = {
      Board: classOf(board),
      Config: classOf(config),
      cartridges: { 2048: classOf(small) as never, 4096: classOf(large) as never },
    }
  } catch (error) {
    throw new ConfigError(
      `games of the Atari 2600 need the package 6502.ts, which cannot be loaded (${messageOf(error)}); install it with npm install 6502.ts@1.1.4`,
    )
  }
}

/**
 * A console that was just switched on. All that it does is a function of the cartridge and of what is pressed when: memory that is
 * undefined in the real one is drawn from a fixed seed.
 *
 * @throws ConfigError when the emulator was not loaded
 */
export function consoleOf(bytes: Uint8Array): Console {
  if (!parts)
    throw new ConfigError('the emulator of atari is not loaded yet; await prepareEnvironment("atari") first')
  const { Board, Config, cartridges } = parts
  const Cartridge = cartridges[bytes.length]!
  const settings = { enableAudio: false, emulatePaddles: false, randomSeed: 1, frameStart: BEFORE }
  const board = new Board(Config.create(settings), new Cartridge(Array.from(bytes)))
  const buffer = new Uint32Array(SCREEN.width * SHOWN)
  const surface = {
    getBuffer: () => buffer,
    getByteOrder: () => 0,
    getWidth: () => SCREEN.width,
    getHeight: () => SHOWN,
  }
  let pictures = 0
  board
    .getVideoOutput()
    .setSurfaceFactory(() => surface)
    .newFrame.addHandler(() => {
      pictures++
    })
  board.boot()
  const stick = board.getJoystick0()
  const switches = {
    up: stick.getUp(),
    down: stick.getDown(),
    left: stick.getLeft(),
    right: stick.getRight(),
    fire: stick.getFire(),
  }
  const names = Object.keys(switches) as (keyof typeof switches)[]
  const bus = board.getBus()
  return {
    screen: buffer.subarray(0, SCREEN.width * SCREEN.height),
    frame() {
      const before = pictures
      for (let line = 0; pictures === before && line < MOST_LINES; line++) board.tick(LINE)
      board.tick(LINE * AFTER)
    },
    ram: (address) => bus.peek(address),
    press(pressed) {
      for (const name of names) switches[name].toggle(pressed.includes(name))
    },
    hold: (isHeld) => board.getControlPanel().getResetButton().toggle(isHeld),
  }
}

// What a disk may hold after a power cut: every change that was not flushed may be there or not, in any combination.
import { createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import type { RandomStream } from '../../src/util/random.ts'
import type { DiskOp } from './recorded-disk.ts'

/** Files by path; folders are those that hold some, and those in `folders`. */
export interface DiskState {
  readonly files: ReadonlyMap<string, Uint8Array>
  readonly folders: ReadonlySet<string>
}

/** How a change that was not flushed came through. A write may be torn, or have made the file longer without its bytes. */
type Fate = 'whole' | 'lost' | 'half' | 'zeros'

/** For every change the position of the flush that makes it safe, or infinity. */
function safeAt(ops: readonly DiskOp[]): number[] {
  const folders = new Map<string, number>()
  const files = new Map<number, number>()
  const safe = new Array<number>(ops.length).fill(Number.POSITIVE_INFINITY)
  for (let i = ops.length - 1; i >= 0; i--) {
    const op = ops[i]!
    if (op.kind === 'flush') files.set(op.file, i)
    else if (op.kind === 'flush-folder') folders.set(op.folder, i)
    else
      safe[i] =
        (op.kind === 'write' || op.kind === 'cut' ? files.get(op.file) : folders.get(op.folder)) ??
        Number.POSITIVE_INFINITY
  }
  return safe
}

/** The disk after the changes before `end`, each with its fate. */
function stateAfter(
  ops: readonly DiskOp[],
  end: number,
  fate: (index: number) => Fate,
  { before, known }: Pick<CutOptions, 'before' | 'known'>,
): DiskState {
  const names = new Map<string, number>()
  const contents = new Map<number, Uint8Array>()
  const folders = new Set(before.folders)
  for (const [path, bytes] of before.files) {
    const file = known.get(path)!
    names.set(path, file)
    contents.set(file, bytes)
  }
  const grown = (file: number, size: number): Uint8Array => {
    const bytes = contents.get(file) ?? new Uint8Array()
    if (bytes.length >= size) return bytes.slice()
    const longer = new Uint8Array(size)
    longer.set(bytes)
    return longer
  }
  for (let i = 0; i < end; i++) {
    const op = ops[i]!
    const how = fate(i)
    if (how === 'lost') continue
    switch (op.kind) {
      case 'name': {
        const path = join(op.folder, op.name)
        if (op.file === undefined) names.delete(path)
        else names.set(path, op.file)
        if (op.from) names.delete(join(op.folder, op.from))
        break
      }
      case 'folder':
        folders.add(join(op.folder, op.name))
        break
      case 'write': {
        const bytes = grown(op.file, op.offset + op.bytes.length)
        if (how === 'half') {
          const half = op.bytes.length >> 1
          bytes.set(op.bytes.subarray(0, half), op.offset)
          contents.set(op.file, bytes.subarray(0, op.offset + half))
        } else {
          if (how === 'whole') bytes.set(op.bytes, op.offset)
          contents.set(op.file, bytes)
        }
        break
      }
      case 'cut':
        contents.set(op.file, grown(op.file, op.size).slice(0, op.size))
    }
  }
  // What lies in a folder whose own name was lost is gone with it.
  const reachable = new Set(before.folders)
  for (const folder of [...folders].sort()) if (reachable.has(dirname(folder))) reachable.add(folder)
  const files = new Map<string, Uint8Array>()
  for (const [path, file] of names)
    if (reachable.has(dirname(path))) files.set(path, contents.get(file) ?? new Uint8Array())
  return { files, folders: reachable }
}

const keyOf = ({ files, folders }: DiskState): string => {
  const hash = createHash('sha256')
  for (const folder of [...folders].sort()) hash.update(folder)
  for (const path of [...files.keys()].sort()) hash.update(`\0${path}\0`).update(files.get(path)!)
  return hash.digest('hex')
}

/** The first two, and some of the others. */
function chosen<T>([first, second, ...others]: readonly T[], most: number, random: RandomStream): T[] {
  const order = random.permutation(others.length).subarray(0, Math.max(0, most - 2))
  return [first!, second!, ...Array.from(order, (i) => others[i]!)]
}

export interface CutOptions {
  /** What the disk held, safely, before the first change. */
  readonly before: DiskState
  /** Which files those are, by path. */
  readonly known: ReadonlyMap<string, number>
  readonly random: RandomStream
  /** Combinations tried at one moment, where all of them are more. */
  readonly most: number
}

/**
 * The different states that a power cut at any moment may leave. At every moment all combinations of what was not flushed are
 * tried where there are at most `most`; else the extremes (nothing lost, all lost, one alone lost or torn, one alone kept,
 * everything up to one) and random ones; of those, nothing lost, all lost and `most` - 2 others.
 */
export function* cutStates(
  ops: readonly DiskOp[],
  { before, known, random, most }: CutOptions,
): Generator<{ moment: number; state: DiskState; exhaustive: boolean }> {
  const safe = safeAt(ops)
  const seen = new Set<string>()
  for (let moment = 0; moment <= ops.length; moment++) {
    const open = ops.flatMap(({ kind }, i) =>
      i < moment && safe[i]! >= moment && kind !== 'flush' && kind !== 'flush-folder' ? [i] : [],
    )
    const fatesOf = (index: number): readonly Fate[] =>
      ops[index]!.kind === 'write' ? ['whole', 'lost', 'half', 'zeros'] : ['whole', 'lost']
    const total = open.reduce((product, index) => product * fatesOf(index).length, 1)
    const exhaustive = total <= most
    const combinations: Map<number, Fate>[] = []
    if (exhaustive)
      for (let code = 0; code < total; code++) {
        let rest = code
        combinations.push(
          new Map(
            open.map((index) => {
              const fates = fatesOf(index)
              const fate = fates[rest % fates.length]!
              rest = Math.floor(rest / fates.length)
              return [index, fate]
            }),
          ),
        )
      }
    else {
      const all = (fate: (index: number) => Fate): Map<number, Fate> =>
        new Map(open.map((index) => [index, fate(index)]))
      combinations.push(
        all(() => 'whole'),
        all(() => 'lost'),
      )
      for (const chosen of open) {
        for (const fate of fatesOf(chosen).slice(1))
          combinations.push(all((index) => (index === chosen ? fate : 'whole')))
        combinations.push(all((index) => (index === chosen ? 'whole' : 'lost')))
        combinations.push(all((index) => (index <= chosen ? 'whole' : 'lost')))
      }
      while (combinations.length < most)
        combinations.push(
          all((index) => {
            const fates = fatesOf(index)
            return fates[Math.floor(random.uniform() * fates.length)]!
          }),
        )
    }
    for (const fates of exhaustive ? combinations : chosen(combinations, most, random)) {
      const state = stateAfter(ops, moment, (index) => fates.get(index) ?? 'whole', { before, known })
      const key = keyOf(state)
      if (seen.has(key)) continue
      seen.add(key)
      yield { moment, state, exhaustive }
    }
  }
}

/** Puts a state on a real disk, below another folder. */
export async function layOut(state: DiskState, from: string, to: string): Promise<void> {
  const moved = (path: string): string => join(to, relative(from, path))
  for (const folder of [...state.folders].sort()) await mkdir(moved(folder), { recursive: true })
  for (const [path, bytes] of state.files) await writeFile(moved(path), bytes)
}

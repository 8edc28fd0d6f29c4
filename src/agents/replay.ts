// A memory of what was played, from which transitions of several steps are drawn: the likelier, the more there was to learn.
import type { Box, Observation } from '../environments/spaces.ts'
import { ConfigError, DataError } from '../util/errors.ts'
import { type Frames, framesOf } from './frames.ts'
import { stackedFrames, stackOf } from './stacked-frames.ts'
import { sumTree } from './sum-tree.ts'

export interface ReplayOptions {
  readonly observation: Box
  /** Environments that are played at once; each has a part of the memory. */
  readonly copies: number
  /** Steps that are remembered, of all copies together; the oldest is forgotten first. */
  readonly capacity: number
  /** Steps of a transition (Sutton 1988; Hessel et al. 2018, arXiv:1710.02298). */
  readonly nStep: number
  /** What the reward of a step later is worth. */
  readonly gamma: number
}

/** What a step was, and what came of it. */
export interface Played {
  readonly action: number
  readonly reward: number
  readonly terminated: boolean
  readonly truncated: boolean
}

/** A transition that was drawn. */
export interface Transition {
  /** Where it lies, for its priority. */
  readonly slot: number
  readonly action: number
  /** Sum of the rewards of its steps, each worth `gamma` times less than the one before. */
  readonly reward: number
  /** What the value after it counts: `gamma` to the number of its steps, 0 where the game has ended. */
  readonly discount: number
  /** Where the observation after it lies. */
  readonly next: number
}

/** What a slot holds: a step, the last observation of an episode that was cut off, or nothing. */
const KIND = { nothing: 0, step: 1, ended: 2, cut: 3, boundary: 4 } as const

export interface Replay {
  /** Steps that were ever added. */
  readonly steps: number
  /** Sum of all priorities; 0 as long as there is no whole transition. */
  readonly total: number
  /**
   * Adds a step of a copy.
   *
   * @param seen  observations of all copies before the step, of which that of the copy is meant
   * @param last  the observation after the step, where the episode was cut off
   */
  add(copy: number, seen: Observation, played: Played, last?: Observation): void
  /** The transition in which a place from 0 to the total lies. */
  find(place: number): Transition
  priority(slot: number): number
  /** @param priority  above 0 */
  setPriority(slot: number, priority: number): void
  /** Writes the observation of a slot. */
  observe(slot: number, out: Observation, at: number): void
  save(): Record<string, Uint8Array<ArrayBuffer>>
  /** @throws DataError when it was a memory of another size */
  restore(saved: Readonly<Record<string, ArrayBufferView>>): void
}

/** @throws ConfigError when a memory is too small for a transition of every copy */
export function checkMemorySize({
  capacity,
  copies,
  nStep,
  observation,
}: Pick<ReplayOptions, 'capacity' | 'copies' | 'nStep'> & Partial<Pick<ReplayOptions, 'observation'>>): void {
  const least = (nStep + 1 + (observation ? stackOf(observation) : 1)) * copies
  if (capacity < least)
    throw new ConfigError(
      `expected a memory of at least ${least} steps for ${copies} environments and transitions of ${nStep} steps, got ${capacity}`,
    )
}

/** Observations of steps, in the room of one plane each where they show several. */
const roomFor = (box: Box, count: number, before: Parameters<typeof stackedFrames>[2]): Frames =>
  stackOf(box) > 1 ? stackedFrames(box, count, before) : framesOf(box, count)

/** Bytes that a memory takes for each step: what is seen of it; action, kind and reward; and its place among priorities. */
export const bytesPerStep = (box: Box): number =>
  roomFor(box, 1, () => undefined).bytes.length + 1 + 1 + 4 + 8 * 2

/**
 * Prioritized experience replay (Schaul et al. 2016, arXiv:1511.05952) of several copies. What is new has the greatest priority that
 * there was, so that it is soon drawn once.
 */
export function replayMemory(options: ReplayOptions): Replay {
  const { observation, copies, nStep, gamma } = options
  checkMemorySize(options)
  /** Slots of a copy. */
  const length = Math.floor(options.capacity / copies)
  const count = length * copies
  const stack = stackOf(observation)
  const frames = roomFor(observation, count, stepBefore)
  const actions = new Uint8Array(count)
  const kinds = new Uint8Array(count)
  const rewards = new Float32Array(count)
  /** Slots that each copy has written, ever. */
  const written = new Float64Array(copies)
  /** Steps ever added, and the greatest priority ever set. */
  const counts = new Float64Array([0, 1])
  const tree = sumTree(count)

  const slotOf = (copy: number, time: number): number => copy * length + (time % length)
  const isStep = (slot: number): boolean => kinds[slot] !== KIND.nothing && kinds[slot] !== KIND.boundary

  /** The slot of the step before, in the same episode. */
  function stepBefore(slot: number): number | undefined {
    const base = Math.floor(slot / length) * length
    const before = base + ((slot - base - 1 + length) % length)
    const follows =
      kinds[before] === KIND.step || (kinds[before] === KIND.cut && kinds[slot] === KIND.boundary)
    return follows ? before : undefined
  }

  /** Puts something into the next slot of a copy, in the place of the oldest. */
  function put(copy: number, kind: number): number {
    const slot = slotOf(copy, written[copy]!)
    tree.set(slot, 0)
    // Of what shows several steps, the first of them is lost.
    const cut = written[copy]! - length + stack - 1
    if (stack > 1 && cut >= 1) tree.set(slotOf(copy, cut), 0)
    kinds[slot] = kind
    written[copy] = written[copy]! + 1
    return slot
  }

  /** Steps of a copy become whole transitions as soon as what comes after them is known. */
  function complete(copy: number): void {
    const now = written[copy]! - 1
    for (let time = Math.max(0, now - nStep - 1); time <= now; time++) {
      const slot = slotOf(copy, time)
      if (isStep(slot) && tree.get(slot) === 0 && reaches(copy, time)) tree.set(slot, counts[1]!)
    }
  }

  /** Whether all steps of a transition are of one episode up to its end, or as many as it should have. */
  function reaches(copy: number, time: number): boolean {
    for (let k = 0; k < nStep; k++) {
      const at = time + k
      if (at >= written[copy]!) return false
      const kind = kinds[slotOf(copy, at)]
      if (kind === KIND.ended) return true
      if (kind === KIND.cut) return at + 1 < written[copy]!
    }
    return time + nStep < written[copy]!
  }

  return {
    get steps() {
      return counts[0]!
    },
    get total() {
      return tree.total
    },
    add(copy, seen, { action, reward, terminated, truncated }, last) {
      const slot = put(copy, terminated ? KIND.ended : truncated ? KIND.cut : KIND.step)
      frames.write(slot, seen, (seen.length / copies) * copy)
      actions[slot] = action
      rewards[slot] = reward
      counts[0] = counts[0]! + 1
      if (truncated) frames.write(put(copy, KIND.boundary), last!, 0)
      complete(copy)
    },
    find(place) {
      const slot = tree.find(place)
      const base = Math.floor(slot / length) * length
      let [reward, worth, at] = [0, 1, slot - base]
      for (let k = 0; k < nStep; k++) {
        const now = base + at
        reward += worth * rewards[now]!
        worth *= gamma
        at = (at + 1) % length
        if (kinds[now] === KIND.ended) return { slot, action: actions[slot]!, reward, discount: 0, next: now }
        if (kinds[now] === KIND.cut) break
      }
      return { slot, action: actions[slot]!, reward, discount: worth, next: base + at }
    },
    priority: (slot) => tree.get(slot),
    setPriority(slot, priority) {
      // What was overwritten since it was drawn is something else.
      if (tree.get(slot) === 0) return
      counts[1] = Math.max(counts[1]!, priority)
      tree.set(slot, priority)
    },
    observe: (slot, out, at) => frames.read(slot, out, at),
    save: () => ({
      frames: frames.bytes.slice(),
      actions: actions.slice(),
      kinds: kinds.slice(),
      rewards: new Uint8Array(rewards.slice().buffer),
      written: new Uint8Array(written.slice().buffer),
      counts: new Uint8Array(counts.slice().buffer),
      priorities: new Uint8Array(tree.leaves.slice().buffer),
    }),
    restore(saved) {
      const into = (name: string, target: Uint8Array): void => {
        const found = saved[name]
        if (!found || found.byteLength !== target.byteLength)
          throw new DataError(
            `expected a memory whose ${name} take ${target.byteLength} bytes, got ${found?.byteLength ?? 'none'}`,
          )
        target.set(new Uint8Array(found.buffer, found.byteOffset, found.byteLength))
      }
      const bytesOf = (array: Float32Array | Float64Array) => new Uint8Array(array.buffer)
      into('frames', frames.bytes)
      into('actions', actions)
      into('kinds', kinds)
      into('rewards', bytesOf(rewards))
      into('written', bytesOf(written))
      into('counts', bytesOf(counts))
      const priorities = new Float64Array(count)
      into('priorities', bytesOf(priorities))
      for (const [slot, priority] of priorities.entries()) tree.set(slot, priority)
    },
  }
}

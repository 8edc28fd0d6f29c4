// The runs of a comparison while they go on: read one after the other, each with a colour of its own.
import { onDestroy, untrack } from 'svelte'
import { LiveRun } from './run.svelte.ts'
import { runInTurns } from './turns.ts'

/** Milliseconds between two looks at what changed. */
const PACE = 1000

interface Kept {
  readonly name: string
  readonly run: LiveRun
  /** Its colour: the first that no other run has. */
  readonly slot: number
}

/** The runs that have been read. */
const read = (kept: readonly Kept[]) =>
  kept.flatMap(({ name, slot, run }) => {
    const { record, snapshot } = run
    return record ? [{ name, slot, record, evaluation: snapshot?.evaluation }] : []
  })

/**
 * Follows the runs of these names as long as the component lives that calls it.
 *
 * @returns all of them (`kept`), and those that have been read (`ready`), looked at again when something changed, but not at every step
 */
export function followRuns(names: () => readonly string[]): {
  readonly kept: readonly Kept[]
  readonly ready: ReturnType<typeof read>
} {
  let kept = $state.raw<readonly Kept[]>([])
  let ready = $state.raw<ReturnType<typeof read>>([])

  $effect(() => {
    const wanted = names()
    untrack(() => {
      const staying = kept.filter(({ name }) => wanted.includes(name))
      for (const { run } of kept.filter((other) => !staying.includes(other))) run.close()
      const taken = new Set(staying.map(({ slot }) => slot))
      kept = wanted.map((name): Kept => {
        const known = staying.find((other) => other.name === name)
        if (known) return known
        let slot = 0
        while (taken.has(slot)) slot++
        taken.add(slot)
        return { name, slot, run: new LiveRun(runInTurns(name)) }
      })
    })
  })

  let timer: ReturnType<typeof setTimeout> | undefined
  let looked = 0
  $effect(() => {
    for (const { run } of kept) void [run.version, run.status, run.snapshot]
    const shown = untrack(() => ready.map(({ name }) => name).join())
    const isNew = shown !== kept.flatMap(({ name, run }) => (run.snapshot ? [name] : [])).join()
    const wait = isNew ? 0 : Math.max(0, looked + PACE - performance.now())
    if (isNew) clearTimeout(timer)
    else if (timer !== undefined) return
    timer = setTimeout(() => {
      timer = undefined
      looked = performance.now()
      ready = read(kept)
    }, wait)
  })
  onDestroy(() => {
    clearTimeout(timer)
    for (const { run } of kept) run.close()
  })

  return {
    get kept() {
      return kept
    },
    get ready() {
      return ready
    },
  }
}

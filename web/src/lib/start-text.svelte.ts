// The text that a run is begun with, where its kind has one: as it was chosen or changed, and what is known of it.
import { onDestroy } from 'svelte'
import type { CheckedText, StartChoice, StartForm } from '../../../src/server/protocol.ts'
import { api } from './api.ts'
import { newestOnly } from './latest.ts'

/** Milliseconds between two looks at what is being written. */
const PACE = 400

/**
 * @param form    of the kind
 * @param read    what is chosen, a state
 * @param mayAsk  whether this page may ask, a state
 * @returns states. To be called while a component is made
 */
export function startText(
  form: Pick<StartForm, 'recipe' | 'subject'>,
  read: () => StartChoice | undefined,
  mayAsk: () => boolean,
) {
  /** Texts that were changed, by what was chosen. */
  let changed = $state.raw<Readonly<Record<string, string>>>({})
  let looked = $state.raw<{ readonly of: string; readonly found: CheckedText }>()
  const choice = $derived(read())
  const text = $derived(form.subject.text && choice ? (changed[choice.name] ?? choice.text) : undefined)
  const isOwn = $derived(text !== undefined && (choice?.isDraft === true || text !== choice?.text))
  const checked = $derived(looked?.of === text ? looked?.found : undefined)
  const file = $derived.by(() => {
    if (!isOwn || !choice) return undefined
    const { ending = '' } = form.subject.upload ?? {}
    return checked?.file ?? (choice.name.endsWith(ending) ? choice.name : choice.name + ending)
  })
  const looking = newestOnly(async (of: string) => {
    looked = { of, found: await api.checkText(form.recipe, of) }
  }, PACE)
  onDestroy(looking.stop)
  $effect(() => {
    if (text !== undefined && mayAsk()) looking.give(text)
  })
  return {
    /** Undefined where the kind has none, or it is too large to be shown. */
    get text() {
      return text
    },
    /** Whether it is another one than what is there, so that it is sent. */
    get isOwn() {
      return isOwn
    },
    /** Whether somebody has changed it. */
    get isChanged() {
      return choice !== undefined && text !== choice.text
    },
    /** Undefined while it is looked at. */
    get checked() {
      return checked
    },
    /** The file that it becomes, where it is sent. */
    get file() {
      return file
    },
    change(to: string): void {
      if (choice) changed = { ...changed, [choice.name]: to }
    },
    /** Back to the text that was chosen. */
    back(): void {
      if (!choice) return
      const { [choice.name]: _, ...others } = changed
      changed = others
    },
  }
}

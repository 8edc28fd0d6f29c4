// What a study would cost, without doing any of it.
import { KINDS } from '../../jobs/node/kinds.ts'
import { storeAt } from '../../jobs/node/open-store.ts'
import { learnKnown, openLedger } from './ledger.ts'
import { planOf, type StudyRequest } from './study-request.ts'

/** What a study would do, without doing it. */
export interface StudyCost {
  readonly total: number
  readonly done: number
  readonly helpers: { readonly total: number; readonly done: number }
  /** What is left, by kind of work. */
  readonly left: readonly {
    readonly what: string
    readonly jobs: number
    readonly amount: number
    readonly unit: string
    readonly seconds: number | undefined
  }[]
  readonly secondsLeft: number | undefined
}

/** @param atOnce  jobs at once, for the time */
export async function costOfStudy(
  request: Pick<StudyRequest, 'study' | 'store' | 'dataDir' | 'kinds' | 'signal'>,
  atOnce: number,
): Promise<StudyCost> {
  const { kinds = KINDS } = request
  const plan = await planOf(request.study, request)
  const ledger = openLedger(plan, kinds)
  const store = await storeAt(request.store)
  try {
    const found = new Set(await learnKnown(ledger, store))
    const left = new Map<string, { what: string; jobs: number; amount: number; unit: string; pace: string }>()
    for (const [id, row] of ledger.jobs) {
      if (found.has(id)) continue
      const { amount, unit, pace } = ledger.workOf(row)
      const what = row.group || ledger.kindOf(row).called
      const so = left.get(what) ?? { what, jobs: 0, amount: 0, unit, pace }
      so.jobs++
      so.amount += amount
      left.set(what, so)
    }
    return {
      total: plan.table.length,
      done: ledger.done(),
      helpers: {
        total: plan.helpers.length,
        done: plan.helpers.filter(({ job }) => found.has(job.id)).length,
      },
      left: [...left.values()].map(({ pace, ...rest }) => {
        const each = ledger.paceOf(pace)
        return { ...rest, seconds: each === undefined ? undefined : each * rest.amount }
      }),
      secondsLeft: ledger.secondsLeft(atOnce),
    }
  } finally {
    await store.close()
  }
}

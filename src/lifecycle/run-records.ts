// Whether what a run wrote down is whole: every line of its logs and every sheet of samples up to a step.
import type { Objective } from '../objectives/objective.ts'
import { checkPng } from '../report/node/index.ts'
import {
  checkLog,
  LOGS,
  type Log,
  type LogRules,
  type SampleEntry,
  sampleFile,
  stepLogs,
} from '../runs/index.ts'
import { beginsAs, type Digests, type RunFolder } from '../runs/node/index.ts'
import { dueSteps } from '../util/pace.ts'

/** Something in the folder that is not as it was written. */
export interface RecordProblem {
  /** Relative to the run folder. */
  readonly file: string
  /** What is wrong with it, in words. */
  readonly problem: string
  /**
   * `rewrite`: put right from the file itself. `again`: only training can make it again, or, for a sheet, the weights of its
   * step. `lost`: nothing makes it again, and nothing that is computed depends on it.
   */
  readonly cure: 'rewrite' | 'again' | 'lost'
  /** The sheet, where it is one. */
  readonly sheet?: Pick<SampleEntry, 'step' | 'kind'>
}

export interface RunRecords {
  readonly problems: readonly RecordProblem[]
  /** Logs, by file, put right up to that step as far as they can be. */
  readonly logs: Readonly<Record<string, string>>
}

/** What a run should have written to a log up to a step. */
const rulesOf = ({ lines, every, required }: Log, { config }: RunFolder, until: number): LogRules => ({
  until,
  once: lines === 'step',
  expected: dueSteps(every?.(config) ?? 0, config.settings.steps, until),
  columns: required?.(config) ?? [],
})

const decoder = new TextDecoder()

async function textOf(run: RunFolder, file: string): Promise<string> {
  return decoder.decode((await run.readFile(file)) ?? new Uint8Array())
}

/** Problems of the sheets up to a step: those that are due must be there, and all that are there must be whole. */
async function checkSheets(
  run: RunFolder,
  objective: Pick<Objective, 'offers'>,
  until: number,
): Promise<RecordProblem[]> {
  const { steps, sampleEvery } = run.config.settings
  const due = objective.offers?.generate ? dueSteps(sampleEvery, steps, until) : []
  const listed = (await run.listSamples()).filter(({ step }) => step <= until)
  const wanted = new Map(listed.map((entry) => [entry.file, entry]))
  for (const step of due)
    for (const kind of ['fixed', 'fresh'] as const) {
      const file = sampleFile(step, kind)
      wanted.set(file, { step, kind, file })
    }
  const problems: RecordProblem[] = []
  for (const { step, kind, file } of [...wanted.values()].sort((a, b) => a.step - b.step)) {
    const bytes = await run.readFile(file)
    const problem = bytes ? checkPng(bytes) : 'it is missing'
    if (problem) problems.push({ file, problem, cure: 'again', sheet: { step, kind } })
  }
  return problems
}

/**
 * Checks everything that was written down up to a step.
 *
 * @param digests  what the checkpoint of that step knows of the logs
 */
export async function checkRecords(
  run: RunFolder,
  objective: Pick<Objective, 'offers'>,
  until: number,
  digests: Digests | undefined,
): Promise<RunRecords> {
  const problems: RecordProblem[] = []
  const logs: Record<string, string> = {}
  for (const log of stepLogs(run.logs)) {
    const { file } = log
    const { text, problems: found } = checkLog(await textOf(run, file), rulesOf(log, run, until))
    logs[file] = text
    for (const { problem, mended } of found)
      problems.push({ file, problem, cure: mended ? 'rewrite' : 'again' })
    if (found.every(({ mended }) => mended) && !beginsAs(text, digests?.[file]))
      problems.push({
        file,
        problem: text ? 'it is not what the checkpoint was written beside' : 'it is missing or empty',
        cure: 'again',
      })
  }
  const timed = logs[LOGS.timings.file]!.trimEnd().split('\n').at(-1)
  if (until >= 0 && !timed?.startsWith(`{"step":${until},`))
    problems.push({
      file: LOGS.timings.file,
      problem: `it does not tell how long the steps up to ${until} took`,
      cure: 'lost',
    })
  return { problems: [...problems, ...(await checkSheets(run, objective, until))], logs }
}

// How a study is begun: one of ours, a file in the runs folder, or a text that becomes one.

import { realpath } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { isAbsolute, join, sep } from 'node:path'
import { z } from 'zod'
import { checkNames, checkSettings, settingsOf } from '../../lifecycle/setting.ts'
import { isTraining, type RunListing } from '../../runs/node/index.ts'
import { STUDY, type StudyConfig } from '../../runs/study.ts'
import type { StudyCost } from '../../studies/node/cost.ts'
import { costWords } from '../../studies/node/cost-words.ts'
import { lookAtStudy } from '../../studies/node/look-at-study.ts'
import { ownStudies, ownStudyText } from '../../studies/node/read-study.ts'
import { studySettings } from '../../studies/settings.ts'
import { ConfigError } from '../../util/errors.ts'
import { formatCount, formatDuration } from '../../util/format.ts'
import { FILES } from '../../util/limits.ts'
import { readText } from '../../util/node/read-file.ts'
import { filesIn } from './files-in.ts'
import {
  type CheckedText,
  fieldOf,
  type Known,
  type Startable,
  type StartChoice,
  type TextProblem,
} from './start.ts'

const SETTINGS = z.object({
  jobs: studySettings.shape.jobs.describe(
    `jobs at once, each on one core unless the text says otherwise; this machine has ${availableParallelism()} cores, and uses all of them unless a number stands here`,
  ),
})
const ENDING = '.yaml'
/** Bytes of a text that a page shows and sends. */
const MOST_TEXT = 48 * 1024

/** A study that is done in a minute or so, to begin with. */
const FIRST = `# Change anything: what is wrong is said beside it.
name: first-study
title: How fast should a network learn?
about: One classifier with three learning rates
models: [classifier]
data: { data: digits, count: 3000 }
options: { steps: 300 }
grid: { learningRate: [0.01, 0.001, 0.0001] }
# Three times each, to see what is chance.
seeds: [1, 2, 3]
measures: [accuracy]
`

/** What a text calls itself, for a list. */
function calledIn(text: string): string {
  const [, title] = /^title: *(.+)$/m.exec(text) ?? /^name: *(.+)$/m.exec(text) ?? []
  return title?.trim().replace(/^["']|["']$/g, '') ?? 'a study'
}

async function choicesIn({ folder }: Known): Promise<StartChoice[]> {
  const settings = settingsOf(SETTINGS).map(fieldOf(false))
  const ours = ownStudies().map(async (name): Promise<StartChoice> => {
    const text = await ownStudyText(name)
    return { name, summary: calledIn(text), settings, text }
  })
  const brought = (await filesIn(folder, ENDING)).map(async ({ name, bytes }): Promise<StartChoice> => {
    const text =
      bytes > MOST_TEXT
        ? undefined
        : await readText(join(folder, name), FILES.settings).catch(() => undefined)
    const summary = text === undefined ? 'a file that is too large to be shown' : `a file: ${calledIn(text)}`
    return { name, summary, settings, isInFolder: true, ...(text === undefined ? {} : { text }) }
  })
  const draft = {
    name: 'first-study',
    summary: 'a small one, to be changed: nine trainings, about a minute',
    settings,
    text: FIRST,
    isDraft: true,
  }
  return [draft, ...(await Promise.all([...ours, ...brought]))]
}

/** Data that runs here had: their folders may be named again, others on the disk may not. */
const placesHere = (runs: readonly RunListing[]): Set<string> =>
  new Set(
    runs
      .filter(isTraining)
      .flatMap(({ config: { data } }) => [data.name, ...(data.folder ? [data.folder] : [])]),
  )

/** Whether a place lies in the runs folder, whatever links there are. */
async function isInside(folder: string, place: string): Promise<boolean> {
  const real = await realpath(place).catch(() => undefined)
  return real?.startsWith(folder + sep) === true
}

/**
 * A page names no places on the disk: what a text names must be written out, and be in the runs folder or known from a
 * run here.
 */
async function placeProblems(
  places: NonNullable<Awaited<ReturnType<typeof lookAtStudy>>['places']>,
  { folder, runs }: Known,
): Promise<TextProblem[]> {
  const known = placesHere(runs)
  const problems: TextProblem[] = []
  for (const { place, given } of places) {
    const isWritten = isAbsolute(place) && given.includes(place)
    if (isWritten && (known.has(place) || (await isInside(folder, place)))) continue
    problems.push({
      message: `${JSON.stringify(place)} is a folder that no run here had: expected data by its name. Other folders: run the study in a terminal, with "sparring study" and its file`,
    })
  }
  return problems
}

async function checkText(text: string, known: Known): Promise<CheckedText> {
  const { problems, study, jobs = 0, groups = 0, places = [] } = await lookAtStudy(text)
  const found = [...problems, ...(await placeProblems(places, known))]
  if (!study) return { problems: found }
  const words = `${formatCount(jobs)} ${jobs === 1 ? 'job' : 'jobs'} in ${formatCount(groups)} ${groups === 1 ? 'group' : 'groups'}`
  return { problems: found, words, name: study.name, file: `${study.name}${ENDING}` }
}

export const studyStart: Startable = {
  recipe: STUDY.name,

  form: async (known) => ({
    title: 'Run a study',
    lead: 'A study is many trainings that answer one question. It runs in processes of its own, and goes on when you close this page; what is done is never done again.',
    action: 'Start the study',
    command: 'study',
    folderFlag: '--out',
    dryRun: { flag: '--dry-run', action: 'What would it do?' },
    subject: {
      title: 'Study',
      choices: await choicesIn(known),
      text: {
        title: 'What it asks',
        what: 'Every combination of what is listed is a job; those that differ in their seed only are a group. A text that you change becomes a file in the runs folder.',
      },
      upload: { ending: ENDING, what: 'a study file, as "sparring study" takes it' },
    },
    first: { title: 'How it runs', settings: ['jobs'] },
    rest: '',
  }),

  async check({ model, text: given, settings }, { subject: { choices } }, known) {
    const choice = choices.find(({ name }) => name === model)
    if (!choice && given === undefined)
      throw new ConfigError(
        `there is no study "${model.slice(0, 130)}": expected one of ${choices.map(({ name }) => name).join(', ')}`,
      )
    checkNames(STUDY.called, Object.keys(SETTINGS.shape), settings)
    checkSettings(SETTINGS, settings)
    const text = given ?? choice?.text ?? (await readText(join(known.folder, model), FILES.settings))
    const [problem] = (await checkText(text, known)).problems
    if (problem)
      throw new ConfigError(`${problem.line === undefined ? '' : `line ${problem.line}: `}${problem.message}`)
  },

  checkText,

  previewOf(result) {
    const cost = result as StudyCost & { readonly jobs: number }
    const { jobs, parts, more, time } = costWords(cost, cost.jobs, formatDuration)
    const capital = (words: string): string => `${words.charAt(0).toUpperCase()}${words.slice(1)}.`
    return {
      words: [
        capital(jobs),
        capital(time),
        ...(more > 0 ? [`${formatCount(more)} more groups are left besides.`] : []),
      ],
      parts,
    }
  },

  // The folder of a study is that of its file, as it is now: what is new in it is done.
  goesOnWith: (run, wanted) =>
    'run' in run && run.run.recipe.name === STUDY.name && (run.config as StudyConfig).name === wanted,
}

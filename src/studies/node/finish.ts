// What a study leaves when all its jobs have ended: result, table, pictures and page.
import { join } from 'node:path'
import { svgToPng } from '../../report/node/index.ts'
import { studyMarkdown } from '../../report/study/markdown.ts'
import { chartCaption, chartHeight, figureFile, measureChart } from '../../report/study/measure-chart.ts'
import { studyHtml } from '../../report/study/page.ts'
import { renderSvg } from '../../report/svg.ts'
import type { RunFolder, RunWriter } from '../../runs/node/index.ts'
import { describeIssues } from '../../runs/schema.ts'
import { STUDY_FILE, STUDY_SO_FAR, STUDY_TABLE, STUDY_TIMES, type StudyConfig } from '../../runs/study.ts'
import {
  type StudyResult,
  type StudyTimes,
  studyResultSchema,
  studyTimesSchema,
} from '../../runs/study-result.ts'
import { DataError, messageOf } from '../../util/errors.ts'
import type { Plan } from '../plan.ts'
import type { Ledger } from './ledger.ts'
import { numbersSoFar } from './so-far.ts'

type Folder = Pick<RunFolder<StudyConfig>, 'folder' | 'config' | 'readFile' | 'writeFile'>

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`

/** The pictures of a study: SVG and PNG. Returns what is said of them. */
async function writeFigures(
  run: Folder,
  result: Omit<StudyResult, 'figures'>,
): Promise<StudyResult['figures']> {
  const figures: StudyResult['figures'] = []
  for (const name of result.measures) {
    const row = result.panels
      .flatMap(({ measures, training }) => [...measures, ...training])
      .find((each) => each.name === name)
    const chart = measureChart(result.panels, name, { curve: result.curve })
    if (!row || !chart) continue
    const svg = renderSvg(chart, 900, chartHeight(chart, 480), row.label)
    await run.writeFile(`${figureFile(name)}.svg`, svg)
    await run.writeFile(`${figureFile(name)}.png`, await svgToPng(svg))
    figures.push({
      name: `${figureFile(name)}.svg`,
      title: row.label,
      caption: chartCaption(result.panels, row),
    })
  }
  return figures
}

async function writeResult(
  run: Folder,
  result: StudyResult,
  times: StudyTimes,
): Promise<Record<string, string>> {
  const files: Record<string, string> = {}
  const write = async (name: string, file: string, content: string): Promise<void> => {
    await run.writeFile(file, content)
    files[name] = join(run.folder, file)
  }
  await write('times', STUDY_TIMES, json(times))
  await write('table', STUDY_TABLE, studyMarkdown(result))
  await write('report', 'report.html', studyHtml(result, times))
  await write('result', STUDY_FILE, json(result))
  return files
}

/** Makes everything of the jobs' results. */
export async function finishStudy(
  run: Folder & Pick<RunWriter<StudyConfig>, 'removeFile'>,
  plan: Plan,
  ledger: Ledger,
): Promise<{ readonly result: StudyResult; readonly files: Record<string, string> }> {
  const { result: bare, times } = numbersSoFar(run, plan, ledger)
  const result = { ...bare, figures: await writeFigures(run, bare) }
  const files = await writeResult(run, result, times)
  await run.removeFile(STUDY_SO_FAR)
  return { result, files }
}

/** What a study found. @throws DataError when it has not ended, or its result is damaged */
export async function readStudyResult(run: Pick<Folder, 'folder' | 'readFile'>): Promise<StudyResult> {
  const value = await readJson(run, STUDY_FILE)
  const parsed = studyResultSchema.safeParse(value)
  if (!parsed.success)
    throw new DataError(`${join(run.folder, STUDY_FILE)} is damaged: ${describeIssues(parsed.error)}`)
  return parsed.data
}

/** What a clock has measured of it. @throws DataError as `readStudyResult` */
export async function readStudyTimes(run: Pick<Folder, 'folder' | 'readFile'>): Promise<StudyTimes> {
  const parsed = studyTimesSchema.safeParse(await readJson(run, STUDY_TIMES))
  if (parsed.success) return parsed.data
  throw new DataError(`${join(run.folder, STUDY_TIMES)} is damaged: ${describeIssues(parsed.error)}`)
}

async function readJson(run: Pick<Folder, 'folder' | 'readFile'>, file: string): Promise<unknown> {
  const bytes = await run.readFile(file)
  if (!bytes)
    throw new DataError(
      `${run.folder} has no ${file}: the study has not ended. "sparring resume" goes on with it`,
    )
  try {
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch (error) {
    throw new DataError(
      `${join(run.folder, file)} is damaged: not JSON (${messageOf(error)}); "sparring resume" writes it again`,
    )
  }
}

/** The pictures, the table and the page of a study made anew from its result. @throws DataError as `readStudyResult` */
export async function reportStudy(run: Folder): Promise<Record<string, string>> {
  const result = await readStudyResult(run)
  const times = await readStudyTimes(run)
  await writeFigures(run, result)
  return writeResult(run, result, times)
}

// Runs and their files by name: nothing outside the runs folder, whatever a name holds.
import { realpath, stat } from 'node:fs/promises'
import { dirname, join, sep } from 'node:path'
import { readOwnCode } from '../lifecycle/own-code.ts'
import { type RecipeTable, type RunConfig, type RunHead, TRAINING } from '../runs/index.ts'
import { limitOf, listRuns, openAnyRun, type RunFolder, type RunListing } from '../runs/node/index.ts'
import { readBytes } from '../util/node/read-file.ts'
import { NotFoundError } from './context.ts'

/** Names for new run folders: no separators, no leading dot, nothing that a shell or a disk treats specially. */
export const RUN_NAME = /^[\p{L}\p{N}_][\p{L}\p{N}_.,+=@ -]{0,127}$/u

/** Names that a folder may have that somebody else made: one step down, and not hidden. */
const isOneStep = (name: string): boolean => /^[^./\\][^/\\]{0,254}$/.test(name) && !name.includes('\0')

/**
 * The name of the run that keeps a run: of `study/runs/job` that is `study`. Undefined of a run that lies in the runs folder
 * itself.
 */
export const keeperOf = (name: string): string | undefined =>
  name.includes('/') ? name.slice(0, name.indexOf('/')) : undefined

/**
 * The folder's real path: one step down, or in the folder in which such a run keeps runs of its own.
 *
 * @throws NotFoundError for a name that is none, or that leads elsewhere
 */
async function folderOf(runs: string, name: string, recipes?: RecipeTable): Promise<string> {
  const missing = (): NotFoundError =>
    new NotFoundError(`there is no run "${name.slice(0, 130)}" in this folder`)
  const steps = name.split('/')
  if (!steps.every(isOneStep)) throw missing()
  const place = join(runs, ...steps)
  // No link on the way.
  if ((await realpath(place).catch(() => undefined)) !== place) throw missing()
  const keeper = keeperOf(name)
  if (keeper === undefined) return place
  const { recipe, folder } = await openNamed(runs, keeper, recipes)
  if (recipe.runs === undefined || dirname(place) !== join(folder, recipe.runs)) throw missing()
  return place
}

/**
 * @param name     of a run in the runs folder; `study/runs/job` of one that another run keeps
 * @param recipes  the kinds of runs that there are
 * @throws NotFoundError when there is no such run; DataError when it is damaged
 */
export async function openNamed(
  runs: string,
  name: string,
  recipes?: RecipeTable,
): Promise<RunFolder<RunHead>> {
  const folder = await folderOf(runs, name, recipes)
  const config = await realpath(join(folder, 'config.json')).catch(() => undefined)
  if (config === undefined || dirname(config) !== folder)
    throw new NotFoundError(`"${name}" is not a run: it has no config.json`)
  return openAnyRun(folder, {}, recipes)
}

/** Of data in a folder, the name without the folders above it. */
export const lastName = (data: string): string => data.split(/[\\/]/).at(-1)!

/** Whether a run is a training. */
export const isTraining = <Config extends RunHead>(
  run: RunFolder<Config>,
): run is RunFolder<Config & RunConfig> => run.recipe.name === TRAINING.name

/**
 * A training by its name.
 *
 * @throws as `openNamed`; NotFoundError when it is a run of another kind
 */
export async function openTraining(runs: string, name: string, recipes?: RecipeTable): Promise<RunFolder> {
  const run = await openNamed(runs, name, recipes)
  if (!isTraining(run)) throw new NotFoundError(`"${name}" is ${run.recipe.called}, not a training`)
  // What cannot be read is missed by whoever needs the model; the rest of the run can be looked at.
  await readOwnCode(run.config).catch(() => {})
  return run
}

/** The runs in the folder, newest first; links to elsewhere are none. @param runs  the folder's real path */
export async function ownRuns(runs: string, recipes?: RecipeTable): Promise<RunListing[]> {
  const found = await listRuns(runs, recipes)
  const real = await Promise.all(found.map(({ folder }) => realpath(folder).catch(() => undefined)))
  return found.filter(({ name, folder }, i) => real[i] === folder && isOneStep(name))
}

/** Files that pages may have of every run, besides logs and pictures of samples and figures. */
const RECORDS = /^(config|status)\.json$|^report\.html$|^[a-z][a-z0-9-]*\.onnx$/
const PICTURES = /^(samples|figures)\/[a-zA-Z0-9][a-zA-Z0-9-]*\.(png|svg|json)$/

/** Whether pages may have a file. The kind of the run says which records it has; each log says it of itself. */
export const isOffered = (
  file: string,
  { logs, recipe }: Pick<RunFolder<RunHead>, 'logs' | 'recipe'>,
): boolean =>
  RECORDS.test(file) ||
  PICTURES.test(file) ||
  recipe.records.includes(file) ||
  Object.values(logs).some((log) => log.file === file && log.pages !== 'never')

/**
 * Where a file of a run lies.
 *
 * @throws NotFoundError unless it is one that pages may have and lies in the run's folder
 */
export async function offeredPath(run: RunFolder<RunHead>, file: string): Promise<string> {
  const missing = (): NotFoundError => new NotFoundError(`the run has no file "${file.slice(0, 130)}"`)
  if (!isOffered(file, run)) throw missing()
  const real = await realpath(join(run.folder, file)).catch(() => undefined)
  if (real === undefined || !real.startsWith(run.folder + sep) || !(await stat(real)).isFile())
    throw missing()
  return real
}

/**
 * Bytes of a file of a run.
 *
 * @throws NotFoundError unless it is one that pages may have and lies in the run's folder
 */
export const readOffered = async (run: RunFolder<RunHead>, file: string): Promise<Uint8Array<ArrayBuffer>> =>
  readBytes(await offeredPath(run, file), limitOf(file))

// The argument `<run>` of commands: the folder of a run, or the name of one in `runs`.
import { existsSync, readdirSync } from 'node:fs'
import { isAbsolute, join, resolve } from 'node:path'
import type { Command } from 'commander'
import { RUNS_FOLDER } from '../runs/node/run-name.ts'
import { DataError } from '../util/errors.ts'
import { nearestName } from '../util/nearest-name.ts'

/** What is in `runs`, for hints. */
function namesInRuns(): string[] {
  try {
    return readdirSync(RUNS_FOLDER)
  } catch {
    return []
  }
}

/**
 * Where the run is. A path that exists wins over a name in `runs`.
 *
 * @throws DataError that names both places where nothing is
 */
export function runPath(given: string): string {
  if (existsSync(given)) return given
  const named = join(RUNS_FOLDER, given)
  const places = isAbsolute(given) ? [given] : [given, named]
  if (!isAbsolute(given) && existsSync(named)) return named
  const near = isAbsolute(given) ? undefined : nearestName(given, namesInRuns())
  throw new DataError(
    `there is no run folder "${given}": looked for ${places.map((place) => resolve(place)).join(' and ')}; ${near === undefined ? 'check the path' : `did you mean "${near}"?`}`,
  )
}

export const addRun = (command: Command): Command =>
  command.argument('<run>', `folder of the run, or its name in ${RUNS_FOLDER}`, runPath)

export const addRuns = (command: Command): Command =>
  command.argument(
    '<run...>',
    `folders of the runs, or their names in ${RUNS_FOLDER}`,
    (given: string, before: readonly string[] | undefined) => [...(before ?? []), runPath(given)],
  )

// Files with a model of one's own: read when a person names them, and again for runs of theirs.
import { createHash } from 'node:crypto'
import { register } from 'node:module'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { cacheFolder } from '../data/node/index.ts'
import type { ModelDefinition } from '../models/model.ts'
import { addOwnModel, type CodeRecord, checkedModel } from '../models/own.ts'
import type { RunConfig } from '../runs/index.ts'
import { openRun, type RunFolder, writeAtomic } from '../runs/node/index.ts'
import { ConfigError, DataError, messageOf } from '../util/errors.ts'
import { FILES } from '../util/limits.ts'
import { readBytes } from '../util/node/read-file.ts'

/** This library as built, seen from the sources as well as from the built files. */
const LIBRARY = {
  sparring: new URL('../../dist/index.js', import.meta.url).href,
  'sparring/node': new URL('../../dist/node.js', import.meta.url).href,
}

/** Such files get the library that runs them, wherever they lie and whatever is installed beside them. */
const HOOKS = `
  let library
  export const initialize = (given) => { library = given }
  export const resolve = (specifier, context, next) =>
    Object.hasOwn(library, specifier) ? { url: library[specifier], shortCircuit: true } : next(specifier, context)`
let hooked = false
function shareLibrary(): void {
  if (hooked) return
  hooked = true
  register(`data:text/javascript,${encodeURIComponent(HOOKS)}`, { data: LIBRARY })
}

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

async function codeIn(file: string): Promise<CodeRecord> {
  return { file, hash: hashOf(await readBytes(file, FILES.code)) }
}

/** Errors that say by themselves what was expected. */
const isExplained = (error: unknown): boolean =>
  error instanceof Error && /^(Config|Shape|Data)Error$/.test(error.name)

/** A model whose mistakes are told as those of its file. */
function guarded(file: string, model: ModelDefinition): ModelDefinition {
  const told =
    <Given extends unknown[], Result>(what: string, make: (...given: Given) => Result) =>
    (...given: Given): Result => {
      try {
        return make(...given)
      } catch (error) {
        throw new ConfigError(
          isExplained(error) ? messageOf(error) : `the ${what} of ${file} fails: ${messageOf(error)}`,
        )
      }
    }
  return {
    ...model,
    objective: told('objective', model.objective.bind(model)),
    ...(model.source ? { source: told('source', model.source.bind(model)) } : {}),
  }
}

async function load(code: CodeRecord): Promise<ModelDefinition> {
  shareLibrary()
  const module = await import(`${pathToFileURL(code.file).href}?${code.hash}`).catch((error: unknown) => {
    throw new ConfigError(`${code.file} cannot be used: ${messageOf(error)}`)
  })
  const model = guarded(code.file, checkedModel(code.file, (module as { default?: unknown }).default))
  addOwnModel(code, model)
  return model
}

/**
 * Where it is noted that the person who uses this machine has started a file: what a run says of its code is believed no
 * further, since runs may come from anybody.
 */
const noteOf = ({ file, hash }: CodeRecord): string =>
  join(cacheFolder(), 'code', hashOf(new TextEncoder().encode(`${hash} ${file}`)))

/**
 * Reads a file with a model as its default export, which a person has named.
 *
 * @throws ConfigError when there is no such file, it cannot be run, or it exports no model
 */
export async function openModelFile(name: string): Promise<{ model: ModelDefinition; code: CodeRecord }> {
  const code = await codeIn(resolve(name)).catch((error: unknown) => {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT'
    throw new ConfigError(
      isMissing
        ? `there is no file ${name}; expected one of JavaScript whose default export is a model, such as examples/my-gan.mjs`
        : `${name} cannot be read: ${messageOf(error)}`,
    )
  })
  const model = await load(code)
  // Where nothing can be noted the run cannot be continued by its name alone; that is said then.
  await writeAtomic(noteOf(code), new TextEncoder().encode(`${code.file}\n`)).catch(() => {})
  return { model, code }
}

/**
 * Reads the file of a run's model, where it is one of one's own that was started on this machine. Otherwise nothing
 * is read, and whoever needs the model says so.
 *
 * @throws DataError when the file is gone or has changed since
 */
export async function readOwnCode({ code, origin }: Pick<RunConfig, 'code' | 'origin'>): Promise<void> {
  if (origin) await readOwnCode({ code: origin.code })
  if (!code) return
  const noted = await readBytes(noteOf(code), FILES.small).catch(() => undefined)
  if (!noted) return
  const now = await codeIn(code.file).catch((error: unknown) => {
    throw new DataError(
      `the model of the run lies in ${code.file}, which cannot be read: ${messageOf(error)}. Put the file back.`,
    )
  })
  if (now.hash !== code.hash)
    throw new DataError(
      `${code.file}, which holds the model of the run, has changed since the run was started. Restore it, or start a new run.`,
    )
  await load(code)
}

/** A run whose model can be used. @throws DataError as `openRun`, and when the file of its model has changed */
export async function openOwnRun(folder: string): Promise<RunFolder> {
  const run = await openRun(folder)
  await readOwnCode(run.config)
  return run
}

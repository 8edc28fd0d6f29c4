// Builds dist from src, file by file, where it is out of date: JavaScript only, types are tsc's business.
// @ts-check
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { inProject } from './project.mjs'
import { StepError } from './run.mjs'

const SRC = inProject('src')
const DIST = inProject('dist')

/** Paths of the files under a folder, relative to it. */
const filesUnder = (/** @type {string} */ folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))

const stat = (/** @type {string} */ path) => statSync(path, { throwIfNoEntry: false })

/** When the compiler or its options changed. */
const toolsChanged = () =>
  Math.max(
    ...['tsconfig.json', 'scripts/lib/build.mjs', 'node_modules/typescript/package.json'].map(
      (path) => stat(inProject(path))?.mtimeMs ?? 0,
    ),
  )

/** An output carries the modification time of its source, so that any change of the source shows. */
function isStale(/** @type {string} */ file, /** @type {number} */ tools) {
  const source = stat(join(SRC, file))
  const output = stat(outputOf(file))
  if (!source || !output) return true
  return Math.abs(output.mtimeMs - source.mtimeMs) > 2 || output.ctimeMs < tools
}

const outputOf = (/** @type {string} */ file) => join(DIST, file.replace(/\.ts$/, '.js'))

/** Removes what the sources no longer have. */
function prune(/** @type {Set<string>} */ sources) {
  if (!stat(DIST)) return
  for (const file of filesUnder(DIST))
    if (!sources.has(file.replace(/(\.d\.ts|\.js)$/, '.ts'))) rmSync(join(DIST, file), { force: true })
}

/**
 * Brings dist up to date and returns how many files were written. Every file appears whole or not at all, so that
 * programs that run from dist at the same time are not disturbed.
 *
 * @throws StepError naming the file and line of a syntax error
 */
export async function build() {
  const sources = filesUnder(SRC).filter((file) => file.endsWith('.ts'))
  prune(new Set(sources))
  const tools = toolsChanged()
  const stale = sources.filter((file) => isStale(file, tools))
  if (stale.length === 0) return 0
  const { default: ts } = await import('typescript')
  const { config } = ts.readConfigFile(inProject('tsconfig.json'), ts.sys.readFile)
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, inProject('.'))
  for (const file of stale) {
    const path = join(SRC, file)
    const source = statSync(path)
    const { outputText, diagnostics = [] } = ts.transpileModule(readFileSync(path, 'utf8'), {
      fileName: path,
      reportDiagnostics: true,
      // Every file is an ES module; NodeNext would ask package.json, which is not at hand here.
      compilerOptions: {
        ...options,
        module: ts.ModuleKind.ESNext,
        moduleResolution: ts.ModuleResolutionKind.Bundler,
      },
    })
    if (diagnostics.length > 0)
      throw new StepError(
        ts.formatDiagnostics(diagnostics, {
          getCurrentDirectory: () => inProject('.'),
          getCanonicalFileName: (name) => name,
          getNewLine: () => '\n',
        }),
        1,
      )
    const output = outputOf(file)
    const half = `${output}.${process.pid}`
    mkdirSync(dirname(output), { recursive: true })
    writeFileSync(half, outputText)
    utimesSync(half, source.atime, source.mtime)
    renameSync(half, output)
  }
  return stale.length
}

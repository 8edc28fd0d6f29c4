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

/**
 * Brings `dist` up to date with `src` and returns how many files were written. An output gets the modification time
 * of its source, so any change of the source shows. Every output appears whole or not at all: programs that run from
 * `dist` meanwhile are not disturbed.
 *
 * @param {{ src?: string, dist?: string }} [folders]
 * @throws StepError naming the file and line of a syntax error
 */
export async function build({ src = inProject('src'), dist = inProject('dist') } = {}) {
  const sources = filesUnder(src).filter((file) => file.endsWith('.ts'))
  const outputOf = (/** @type {string} */ file) => join(dist, file.replace(/\.ts$/, '.js'))
  prune(dist, new Set(sources))
  const tools = toolsChanged()
  const isStale = (/** @type {string} */ file) => {
    const source = stat(join(src, file))
    const output = stat(outputOf(file))
    return source && (!output || Math.abs(output.mtimeMs - source.mtimeMs) > 2 || output.ctimeMs < tools)
  }
  const stale = sources.filter(isStale)
  if (stale.length === 0) return 0
  const compile = await compiler()
  for (const file of stale) {
    const path = join(src, file)
    const { atime, mtime } = statSync(path)
    const output = outputOf(file)
    const half = `${output}.${process.pid}`
    const text = compile(path)
    mkdirSync(dirname(output), { recursive: true })
    writeFileSync(half, text)
    utimesSync(half, atime, mtime)
    renameSync(half, output)
  }
  return stale.length
}

/** Removes what the sources no longer have; half-written outputs (`x.js.123`) may be another build's, the pages are. */
function prune(/** @type {string} */ dist, /** @type {Set<string>} */ sources) {
  if (!stat(dist)) return
  for (const file of filesUnder(dist).filter((name) => !/^web(-export)?[\\/]/.test(name)))
    if (!sources.has(file.replace(/(\.d\.ts|\.js)$/, '.ts')) && !/\.\d+$/.test(file))
      rmSync(join(dist, file), { force: true })
}

/** TypeScript with the project's options, one file at a time: path to JavaScript. */
async function compiler() {
  const { default: ts } = await import('typescript')
  const { config } = ts.readConfigFile(inProject('tsconfig.json'), ts.sys.readFile)
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, inProject('.'))
  // Every file is an ES module; NodeNext would ask package.json, which is not at hand here.
  options.module = ts.ModuleKind.ESNext
  options.moduleResolution = ts.ModuleResolutionKind.Bundler
  return (/** @type {string} */ path) => {
    const { outputText, diagnostics = [] } = ts.transpileModule(readFileSync(path, 'utf8'), {
      fileName: path,
      reportDiagnostics: true,
      compilerOptions: options,
    })
    if (diagnostics.length === 0) return outputText
    throw new StepError(
      ts.formatDiagnostics(diagnostics, {
        getCurrentDirectory: () => inProject('.'),
        getCanonicalFileName: (name) => name,
        getNewLine: () => '\n',
      }),
      1,
    )
  }
}

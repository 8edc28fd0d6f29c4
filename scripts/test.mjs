// npm test: installs what is missing, builds, checks style, types and pages, then runs the tests; stops at a failure.
// @ts-check
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from './lib/build.mjs'
import { buildPages } from './lib/build-pages.mjs'
import { install } from './lib/install.mjs'
import { requireNode } from './lib/node-version.mjs'
import { inProject } from './lib/project.mjs'
import { collectNode, exitWith, runNode } from './lib/run.mjs'
import { skippedLines, tally } from './lib/tally.mjs'

const folder = mkdtempSync(join(tmpdir(), 'sparring-test-'))
const results = join(folder, 'results.json')

/** @typedef {{ code: number, output?: string }} Outcome  of a stage; an exit code that is not 0 ends the run */
/** @typedef {[name: string, work: () => Promise<Outcome>]} Stage */

const done = { code: 0 }
const tsc = (/** @type {string} */ project) =>
  collectNode('node_modules/typescript-native/bin/tsc', '-p', project, '--noEmit')

/** Stages one after the other; those of one list at the same time. @type {Stage[][]} */
const stages = [
  [['install', () => install().then(() => done)]],
  // Before the types: scripts take theirs from what was built.
  [
    [
      'build',
      () =>
        build()
          .then(buildPages)
          .then(() => done),
    ],
  ],
  [
    ['types', () => tsc('tsconfig.json')],
    ['types without Node', () => tsc('tsconfig.pure.json')],
    [
      'pages',
      () =>
        collectNode(
          'node_modules/svelte-check/bin/svelte-check',
          '--tsconfig',
          'web/tsconfig.json',
          '--fail-on-warnings',
        ),
    ],
    ['lint', () => collectNode('node_modules/@biomejs/biome/bin/biome', 'ci', '.')],
  ],
  [['tests', () => vitest(...process.argv.slice(2)).then((code) => ({ code }))]],
]

const vitest = (/** @type {string[]} */ ...only) =>
  runNode(
    'node_modules/vitest/vitest.mjs',
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${results}`,
    ...only,
  )

/** Runs a stage and says how it went. */
async function told(/** @type {Stage} */ [name, work]) {
  const start = performance.now()
  if (name === 'tests') console.log('\n== tests')
  const { code, output = '' } = await work()
  const seconds = ((performance.now() - start) / 1000).toFixed(1)
  if (name !== 'tests') console.log(`\n== ${name}`)
  if (output.trim()) console.log(output.trimEnd())
  console.log(
    code === 0 ? `== ${name}: ok, ${seconds} s` : `== ${name}: failed with code ${code}, ${seconds} s`,
  )
  return code
}

/** What was left out of the tests, and their count. */
function summary() {
  const report = readFileSync(results, 'utf8')
  const long = readdirSync(inProject('test'), { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.conformance.ts'),
  )
  return [
    ...skippedLines(report),
    `left to npm run conformance: ${long.length} ${long.length === 1 ? 'file' : 'files'}, because they take minutes (${long.join(', ')})`,
    tally(report),
  ].join('\n')
}

requireNode()
await exitWith(async () => {
  try {
    for (const together of stages) {
      const codes = await Promise.all(together.map(told))
      if (together.some(([name]) => name === 'tests')) console.log(summary())
      const failed = codes.find((code) => code !== 0)
      if (failed !== undefined) return failed
    }
    return 0
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

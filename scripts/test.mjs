// npm test: installs what is missing, then lints, checks the types, builds and runs the tests; stops at a failure.
// @ts-check
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from './lib/build.mjs'
import { buildPages } from './lib/build-pages.mjs'
import { install } from './lib/install.mjs'
import { requireNode } from './lib/node-version.mjs'
import { exitWith, runNode } from './lib/run.mjs'
import { tally } from './lib/tally.mjs'

const folder = mkdtempSync(join(tmpdir(), 'sparring-test-'))
const results = join(folder, 'results.json')

/** Each stage returns an exit code; the first that is not 0 ends the run. @type {[string, () => Promise<number>][]} */
const stages = [
  ['install', () => install().then(() => 0)],
  ['lint', () => runNode('node_modules/@biomejs/biome/bin/biome', 'ci', '.')],
  // Before the types: scripts take theirs from what was built.
  [
    'build',
    () =>
      build()
        .then(buildPages)
        .then(() => 0),
  ],
  ['types', () => tsc('tsconfig.json')],
  ['types without Node', () => tsc('tsconfig.pure.json')],
  [
    'pages',
    () =>
      runNode(
        'node_modules/svelte-check/bin/svelte-check',
        '--tsconfig',
        'web/tsconfig.json',
        '--fail-on-warnings',
      ),
  ],
  ['tests', () => vitest(...process.argv.slice(2))],
]

const tsc = (/** @type {string} */ project) =>
  runNode('node_modules/typescript/bin/tsc', '-p', project, '--noEmit')

const vitest = (/** @type {string[]} */ ...only) =>
  runNode(
    'node_modules/vitest/vitest.mjs',
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${results}`,
    ...only,
  )

requireNode()
await exitWith(async () => {
  try {
    for (const [name, stage] of stages) {
      const start = performance.now()
      console.log(`\n== ${name}`)
      const code = await stage()
      const seconds = ((performance.now() - start) / 1000).toFixed(1)
      console.log(
        code === 0 ? `== ${name}: ok, ${seconds} s` : `== ${name}: failed with code ${code}, ${seconds} s`,
      )
      if (name === 'tests') console.log(tally(readFileSync(results, 'utf8')))
      if (code !== 0) return code
    }
    return 0
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

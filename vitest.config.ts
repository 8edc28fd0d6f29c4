// Test runner settings: built sources, long end-to-end tests allowed; most files share processes, some have their own.
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { configDefaults, defineConfig } from 'vitest/config'

const common = {
  // Processes rather than threads: ONNX Runtime keeps settings per process, and some tests start threads of their own.
  pool: 'forks' as const,
  server: { deps: { external: [/\/dist\/.*\.js$/] } },
  testTimeout: 60_000,
  hookTimeout: 60_000,
}

const built = (file: string): string => fileURLToPath(new URL(`dist/${file}`, import.meta.url))
/**
 * Tests name the sources, and get what `test/setup/build.ts` has just built of them: the files that are shipped. Node loads
 * those itself, which takes a fifth of the time that it takes to transform and load a few hundred files for every process.
 */
const resolve = {
  alias: [
    { find: /^(?:\.\.?\/)+src\/(.*)\.ts$/, replacement: built('$1.js') },
    // Files with a model of one's own that a test starts in its process get the library that the test has.
    { find: /^sparring$/, replacement: built('index.js') },
    { find: /^sparring\/node$/, replacement: built('node.js') },
  ],
}

/**
 * Files that change their process (its environment, how Node writes files, which fonts there are), that look at it from
 * outside, or that start others: a process for each. A file that is not named here is run by a process that
 * has run others, with what these have loaded: it may stub what it puts back, and nothing else.
 */
const OWN_PROCESS = [
  'test/bench/**/*.test.ts',
  'test/cli/{bad-input,run-argument}.test.ts',
  'test/data/node/published-set.test.ts',
  'test/e2e/**/*.test.ts',
  'test/jobs/**/*.test.ts',
  'test/lifecycle/power-cut.test.ts',
  'test/report/{machine,no}-fonts.test.ts',
  'test/runtime/**/*.test.ts',
  'test/server/**/*.test.ts',
  'test/util/simd-mask.test.ts',
]

/** Files that look at pages: they share a browser with what their process has run before. */
const PAGES = ['test/studio/**/*.test.ts']

export default defineConfig({
  test: {
    globalSetup: ['test/setup/build.ts', 'test/setup/shared-folder.ts'],
    // More than cores, since some wait for a browser or another process half of the time; each takes up to a gigabyte.
    maxWorkers: Math.min(6, availableParallelism() + 2),
    projects: [
      { resolve, test: { ...common, name: 'own process', include: OWN_PROCESS } },
      { resolve, test: { ...common, name: 'pages', include: PAGES, isolate: false } },
      {
        resolve,
        test: {
          ...common,
          name: 'shared process',
          include: ['test/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ...OWN_PROCESS, ...PAGES],
          isolate: false,
        },
      },
    ],
  },
})

// Settings of `npm run conformance`: checks that take too long for `npm test`, each with a short version there.
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.conformance.ts'],
    globalSetup: ['test/setup/build.ts'],
    pool: 'forks',
    // Each of them uses all cores.
    maxWorkers: 1,
    testTimeout: 600_000,
  },
})

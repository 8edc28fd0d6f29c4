// Test runner settings: two processes at a time, built sources, long end-to-end tests allowed.
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/setup/build.ts', 'test/setup/shared-folder.ts'],
    // Processes rather than threads: ONNX Runtime keeps settings per process, and some tests start threads of their own.
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})

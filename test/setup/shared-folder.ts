// Before the tests: a folder that the processes of this test run share, gone after them.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'sparring-shared-'))
  project.provide('shared', folder)
  return () => rm(folder, { recursive: true, force: true })
}

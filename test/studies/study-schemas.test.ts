// The published schemas of studies are those by which they are read, and our own studies fit them.
import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { studyResultJsonSchema } from '../../src/runs/study-result.ts'
import { studyJsonSchema } from '../../src/studies/file.ts'
import { ownStudies, readStudy } from '../../src/studies/node/index.ts'

it.each([
  ['study', studyJsonSchema()],
  ['study-result', studyResultJsonSchema()],
])('%s is in the documents as the code has it; scripts/study-schemas.mjs writes it', async (name, schema) => {
  const published = new URL(`../../docs/schemas/${name}.schema.json`, import.meta.url)
  expect(JSON.parse(await readFile(published, 'utf8'))).toEqual(JSON.parse(JSON.stringify(schema)))
})

describe('a study that comes along', () => {
  it.each(ownStudies())('%s is read by its name', async (name) =>
    expect((await readStudy(name)).name).toBe(name),
  )
})

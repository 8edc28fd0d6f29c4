// The published schema of audit.json is the one by which it is read.
import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { auditJsonSchema } from '../../src/runs/audit-result.ts'

it('is in the documents as the code has it; scripts/audit-schema.mjs writes it', async () => {
  const published = new URL('../../docs/schemas/audit.schema.json', import.meta.url)
  expect(JSON.parse(await readFile(published, 'utf8'))).toEqual(JSON.parse(JSON.stringify(auditJsonSchema())))
})

// Writes the JSON Schemas of study files and of study.json into docs/schemas. A test holds them against what the code reads.
//
// usage: npm run build && node scripts/study-schemas.mjs
import { writeFile } from 'node:fs/promises'
import { studyResultJsonSchema } from '../dist/runs/study-result.js'
import { studyJsonSchema } from '../dist/studies/file.js'

const SCHEMAS = { study: studyJsonSchema(), 'study-result': studyResultJsonSchema() }
for (const [name, schema] of Object.entries(SCHEMAS))
  await writeFile(
    new URL(`../docs/schemas/${name}.schema.json`, import.meta.url),
    `${JSON.stringify(schema, null, 2)}\n`,
  )

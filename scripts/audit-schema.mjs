// Writes the JSON Schema of audit.json: docs/schemas/audit.schema.json. A test holds it against what the code reads.
//
// usage: npm run build && node scripts/audit-schema.mjs
import { writeFile } from 'node:fs/promises'
import { auditJsonSchema } from '../dist/runs/audit-result.js'

const path = new URL('../docs/schemas/audit.schema.json', import.meta.url)
await writeFile(path, `${JSON.stringify(auditJsonSchema(), null, 2)}\n`)

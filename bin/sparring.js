#!/usr/bin/env node
// The command: starts the built command line, or says what is missing.
import { existsSync } from 'node:fs'

const entry = new URL('../dist/cli/main.js', import.meta.url)
const major = Number(process.versions.node.split('.')[0])

if (major < 20) {
  console.error(`error: sparring needs Node 20.19 or newer, this is Node ${process.versions.node}`)
  process.exitCode = 2
} else if (!existsSync(entry)) {
  console.error('error: sparring is not built yet: dist/cli/main.js is missing. Run "npm run build" first.')
  process.exitCode = 2
} else {
  const { main } = await import(entry.href)
  process.exitCode = await main(process.argv.slice(2))
}

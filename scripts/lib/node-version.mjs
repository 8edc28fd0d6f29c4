// Refuses a Node that is too old, before anything else can fail in a way nobody understands.
// @ts-check
import { readFileSync } from 'node:fs'
import { inProject } from './project.mjs'

const numbers = (/** @type {string} */ version) => version.split('.').map(Number)

/** True when `version` is at least `least`, both as `20.19.0`; missing parts count as 0. */
export function isAtLeast(/** @type {string} */ version, /** @type {string} */ least) {
  const [a, b] = [numbers(version), numbers(least)]
  for (let i = 0; i < 3; i++) if ((a[i] ?? 0) !== (b[i] ?? 0)) return (a[i] ?? 0) > (b[i] ?? 0)
  return true
}

/** Ends the process with code 2 and a message when this Node is older than package.json asks for. */
export function requireNode() {
  const { engines } = JSON.parse(readFileSync(inProject('package.json'), 'utf8'))
  const least = engines.node.replace('>=', '')
  if (isAtLeast(process.versions.node, least)) return
  console.error(
    `Sparring needs Node ${least} or newer; this is Node ${process.versions.node}. Get a newer one from https://nodejs.org and run the command again.`,
  )
  process.exit(2)
}

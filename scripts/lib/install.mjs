// Installs the dependencies when they are missing or older than the lock file.
// @ts-check
import { statSync } from 'node:fs'
import { basename } from 'node:path'
import { inProject } from './project.mjs'
import { run, StepError } from './run.mjs'

const changed = (/** @type {string[]} */ ...path) =>
  statSync(inProject(...path), { throwIfNoEntry: false })?.mtimeMs ?? 0

/** npm writes its own record last, so an install that was cut off does not count. */
export const isInstalled = () =>
  changed('node_modules', '.package-lock.json') > 0 &&
  changed('node_modules', '.package-lock.json') >= changed('package-lock.json')

/** The npm that runs this script, or else the one on the path. */
function npm(/** @type {string[]} */ ...args) {
  const own = process.env.npm_execpath
  // onnxruntime-node's install script would download CUDA libraries, which are not needed, from outside the registry.
  const env = { ONNXRUNTIME_NODE_INSTALL: 'skip' }
  return own && basename(own).startsWith('npm')
    ? run(process.execPath, [own, ...args], { env })
    : run('npm', args, { env, shell: process.platform === 'win32' })
}

/** @throws StepError with npm's exit code when it fails */
export async function install() {
  if (isInstalled()) return
  console.log('Installing the dependencies (npm ci) ...')
  const code = await npm('ci', '--no-audit', '--no-fund')
  if (code !== 0)
    throw new StepError(
      'npm could not install the dependencies; its message above says why. The package registry must be reachable.',
      code,
    )
}

// The step programs that `npm run bench` knows: ours and the peers, how each is started, and how to install it.
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/**
 * A program that is started as `<command> <model> <steps> <options>` in a process of its own and prints a `StepReport`
 * (see best-of.mjs).
 *
 * @typedef {object} StepProgram
 * @property {string} name
 * @property {string} title         for the table
 * @property {() => string[] | undefined} command  what to start; undefined when it is not installed
 * @property {string[]} [options]   what follows the model and the number of steps
 * @property {boolean} [takesSettings]  names of settings may follow, and then only those are tried
 * @property {string} howToInstall
 */

export const MODELS = [
  ...['mlp-gan', 'dcgan', 'dcgan-64', 'vae', 'vae-shallow', 'vae-conv', 'classifier'],
  ...['wgan-gp', 'ring', 'cipher'],
]

const here = (path) => fileURLToPath(new URL(path, import.meta.url))
const node = (path) => [process.execPath, here(path)]
const installPeers = 'npm install --prefix bench/peers'
const peerPackage = (name) => existsSync(here(`peers/node_modules/${name}/package.json`))

/** @type {StepProgram} */
export const ours = {
  name: 'ours',
  title: 'Sparring',
  command: () => (existsSync(here('ours.mjs')) && existsSync(here('../dist')) ? node('ours.mjs') : undefined),
  howToInstall: 'npm run build',
}

/** @type {StepProgram[]} */
export const peers = [
  {
    name: 'torch',
    title: 'PyTorch',
    command: () => {
      const python = pythonWithTorch()
      return python && [python, here('peers/torch-step.py')]
    },
    takesSettings: true,
    howToInstall:
      'apt install python3-torch libopenblas0-pthread, or pip install torch; PYTHON=<path> chooses the interpreter',
  },
  {
    name: 'tfjs-wasm',
    title: 'TensorFlow.js wasm',
    command: () =>
      peerPackage('@tensorflow/tfjs') && peerPackage('@tensorflow/tfjs-backend-wasm')
        ? node('peers/tfjs-step.mjs')
        : undefined,
    options: ['--backend', 'wasm'],
    howToInstall: installPeers,
  },
  {
    name: 'tfjs-cpu',
    title: 'TensorFlow.js cpu',
    command: () => (peerPackage('@tensorflow/tfjs') ? node('peers/tfjs-step.mjs') : undefined),
    options: ['--backend', 'cpu'],
    howToInstall: installPeers,
  },
  {
    name: 'jax-js',
    title: 'jax-js wasm',
    command: () => (peerPackage('@jax-js/jax') ? node('peers/jaxjs-step.mjs') : undefined),
    howToInstall: installPeers,
  },
]

/**
 * A step program from the command line: `<name>=<file>`, the file being run by Node.
 *
 * @param {string} text
 * @returns {StepProgram}
 * @throws TypeError when the text has another form
 */
export function programFromText(text) {
  const { name, file } = /^(?<name>[\w.-]+)=(?<file>.+)$/.exec(text)?.groups ?? {}
  if (!name || !file) throw new TypeError(`--program expects <name>=<file of a step program>, got "${text}"`)
  return {
    name,
    title: name,
    command: () => (existsSync(file) ? [process.execPath, file] : undefined),
    howToInstall: `there is no file ${file}`,
  }
}

/** The first Python that can import torch: $PYTHON, the one on the PATH, the system's. */
export function pythonWithTorch() {
  const candidates = process.env.PYTHON ? [process.env.PYTHON] : ['python3', '/usr/bin/python3']
  return candidates.find((python) => {
    try {
      execFileSync(python, ['-c', 'import torch'], { stdio: 'ignore' })
      return true
    } catch {
      return false
    }
  })
}

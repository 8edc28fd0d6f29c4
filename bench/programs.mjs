// The step programs that `npm run bench` knows: ours and the peers, how each is started, and how to install it.
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter } from 'node:path'
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
  ...[
    'wgan-gp',
    'r3gan',
    'ring',
    'cipher',
    'cryptography',
    'efficient-capsnet',
    'levers',
    'levers-reinforce',
    'simclr',
    'improved-gan',
  ],
]

const here = (path) => fileURLToPath(new URL(path, import.meta.url))
const node = (path) => [process.execPath, here(path)]
/** A program of Python, if there is one that has the module. */
const python = (module, file) => {
  const found = pythonWith(module)
  return found && [found, here(`peers/${file}`)]
}
const choosing = 'PYTHON=<path> chooses the interpreter, or several, separated as in PATH'
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
    command: () => python('torch', 'torch-step.py'),
    takesSettings: true,
    howToInstall: `pip install torch, or apt install python3-torch libopenblas0-pthread; ${choosing}`,
  },
  {
    name: 'jax',
    title: 'JAX',
    command: () => python('jax', 'jax-step.py'),
    takesSettings: true,
    howToInstall: `pip install jax; ${choosing}`,
  },
  {
    name: 'keras',
    title: 'Keras',
    command: () => python('tensorflow', 'keras-step.py'),
    takesSettings: true,
    howToInstall: `pip install tensorflow; ${choosing}`,
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

/**
 * The first Python that has a module: of those that PYTHON names (one, or several as in PATH), else the one on the PATH and the
 * system's. It is found, not imported, which takes some of them seconds.
 *
 * @param {string} module
 */
export function pythonWith(module) {
  const named = process.env.PYTHON?.split(delimiter).filter(Boolean)
  const find = `import importlib.util, sys; sys.exit(importlib.util.find_spec('${module}') is None)`
  return (named ?? ['python3', '/usr/bin/python3']).find((python) => {
    try {
      execFileSync(python, ['-c', find], { stdio: 'ignore' })
      return true
    } catch {
      return false
    }
  })
}

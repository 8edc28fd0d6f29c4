// Small studies of real trainings for scripts that disturb them: how they are started and ended, and what must not depend on what
// happened meanwhile.
// @ts-check
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const PROGRAM = fileURLToPath(new URL('../../bin/sparring.js', import.meta.url))

const short = { imageSize: '16', batchSize: 8, sampleEvery: 0, checkpointEvery: 10 }
const tuned = { steps: 30, batchSize: 8, checkpointEvery: 10, labels: 60 }

/** @type {Readonly<Record<string, (jobs: number) => object>>} */
export const STUDIES = {
  tiny: (jobs) => ({
    name: 'tiny',
    models: [
      { model: 'dcgan-64', label: 'one filter', filters: 1 },
      { model: 'dcgan-64', label: 'two filters', filters: 2 },
    ],
    data: { data: 'digits', count: 240 },
    options: { ...short, latentDim: 8, steps: 60 },
    seeds: Math.ceil(jobs / 2),
  }),
  // Six jobs for each seed: a GAN, a classifier, the set that they make, a classifier on it, and two fine-tunings.
  labels: (jobs) => ({
    name: 'tiny',
    data: { data: 'digits', count: 240 },
    seeds: Math.ceil(jobs / 6),
    measures: ['accuracy'],
    jobs: {
      gan: {
        models: [{ model: 'dcgan-64', filters: 1 }],
        options: { ...short, latentDim: 8, steps: 30 },
        show: false,
      },
      plain: { models: ['classifier'], options: { ...short, steps: 30, labels: 60 } },
      set: { kind: 'augment', needs: { run: 'gan', classifier: 'plain' }, options: { n: 60 }, show: false },
      mixed: { models: ['classifier'], options: { ...short, steps: 30, labels: 60 }, needs: { set: 'set' } },
      whole: { kind: 'finetune', options: { ...tuned, train: 'all' }, needs: { run: 'gan' } },
      frozen: { kind: 'finetune', options: { ...tuned, train: 'head' }, needs: { run: 'gan' } },
    },
  }),
}

/** @typedef {import('node:child_process').ChildProcess & { told: string, ended: Promise<{ code: number | null, signal: string | null }> }} Started */

/**
 * A folder in which studies are run by the command line.
 *
 * @param {string} place
 * @param {{ study?: string, jobs: number }} options
 */
export async function studyPlace(place, { study = 'tiny', jobs }) {
  await writeFile(join(place, 'tiny.json'), JSON.stringify(/** @type {any} */ (STUDIES)[study](jobs)))
  const environment = { ...process.env, SPARRING_THREADS: '1', XDG_CACHE_HOME: join(place, 'cache') }
  return {
    /**
     * Starts the command line as the head of a process group of its own.
     *
     * @param {readonly string[]} args
     * @param {{ before?: readonly string[] }} [options]  `before`: a program that starts it, such as `ip netns exec far`
     * @returns {Started}
     */
    start(args, { before = [] } = {}) {
      const [program, ...rest] = [...before, process.execPath, PROGRAM, ...args]
      const child = /** @type {Started} */ (
        spawn(/** @type {string} */ (program), rest, {
          cwd: place,
          env: environment,
          stdio: ['ignore', 'ignore', 'pipe'],
          detached: true,
        })
      )
      child.told = ''
      child.stderr?.setEncoding('utf8').on('data', (text) => {
        child.told += text
      })
      child.ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })))
      return child
    },

    /** Ends it and all its processes at once. @param {Started} child */
    async kill(child) {
      try {
        process.kill(-(/** @type {number} */ (child.pid)), 'SIGKILL')
      } catch {} // It has ended.
      await child.ended
    },
  }
}

/**
 * The study that is left alone, to compare others with.
 *
 * @param {Awaited<ReturnType<typeof studyPlace>>} at
 * @param {string} place
 * @param {string} atOnce
 */
export async function leftAlone(at, place, atOnce) {
  const began = performance.now()
  const child = at.start(['study', 'tiny.json', '--out', 'whole/tiny', '--jobs', atOnce, '--quiet'])
  const { code } = await child.ended
  if (code !== 0) throw new Error(`the study that was left alone ended with ${code}: ${child.told}`)
  return {
    seconds: (performance.now() - began) / 1000,
    files: await fingerprint(join(place, 'whole/tiny')),
    rows: JSON.parse(await readFile(join(place, 'whole/tiny/study.json'), 'utf8')).jobs.length,
  }
}

/** SHA-256 of everything that must not depend on interruptions, by file. @param {string} folder */
export async function fingerprint(folder) {
  const names = ['study.json', 'study.md']
  for (const name of await readdir(join(folder, 'figures')).catch(() => [])) names.push(join('figures', name))
  for (const run of (await readdir(join(folder, 'runs'))).sort()) {
    const there = (await readdir(join(folder, 'runs', run), { recursive: true })).sort()
    // A result has the newest checkpoint of its run, and no older one.
    const newest = there.findLast((name) => name.endsWith('.safetensors'))
    for (const name of there)
      if (/\.onnx$|^(metrics|events|validation)\.jsonl$/.test(name) || name === newest)
        names.push(join('runs', run, name))
  }
  /** @type {Record<string, string>} */
  const found = {}
  for (const name of names.sort())
    found[name] = createHash('sha256')
      .update(await readFile(join(folder, name)))
      .digest('hex')
  return found
}

/**
 * What is not the same in both, and how often each job was told to have its result: NaN where one was told twice.
 *
 * @param {Awaited<ReturnType<typeof leftAlone>>} alone
 * @param {string} folder
 */
export async function compared(alone, folder) {
  const got = await fingerprint(folder)
  const lines = (await readFile(join(folder, 'results.jsonl'), 'utf8')).trim().split('\n')
  const once = new Set(lines.map((line) => JSON.parse(line).job)).size === lines.length
  const results = once ? lines.length : Number.NaN
  const different = [...new Set([...Object.keys(alone.files), ...Object.keys(got)])].filter(
    (name) => alone.files[name] !== got[name],
  )
  return {
    results,
    files: Object.keys(alone.files).length,
    different,
    isSame: different.length === 0 && results === alone.rows,
  }
}

// npm start: installs and builds what is missing, then trains a GAN on the built-in digits, with the studio to watch it.
// @ts-check
import { build } from './lib/build.mjs'
import { buildPages } from './lib/build-pages.mjs'
import { buildTypes } from './lib/build-types.mjs'
import { install } from './lib/install.mjs'
import { requireNode } from './lib/node-version.mjs'
import { exitWith, runNode } from './lib/run.mjs'
import { startStudio } from './lib/studio.mjs'

/** What `npm start` does; `npm start -- <arguments>` gives other arguments to the command. */
const DEFAULT = ['train', 'mlp-gan', '--data', 'digits', '--steps', '5000']

/** Resolves at Ctrl-C. */
const interrupted = () =>
  new Promise((resolve) => {
    const timer = setInterval(() => {}, 1 << 30) // Something to wait for.
    for (const signal of ['SIGINT', 'SIGTERM'])
      process.once(signal, () => {
        clearInterval(timer)
        resolve(undefined)
      })
  })

requireNode()
await exitWith(async () => {
  await install()
  await build()
  // Two processes' work; types that do not hold are told of, and keep nobody from training.
  await Promise.all([buildPages(), buildTypes()])
  const given = process.argv.slice(2)
  if (given.length > 0) return runNode('bin/sparring.js', ...given)
  const studio = await startStudio()
  if (studio) console.log(`watch it in the browser: ${studio.address}\n`)
  try {
    const code = await runNode('bin/sparring.js', ...DEFAULT)
    if (studio && code === 0 && process.stdout.isTTY) {
      console.log(`\nthe studio stays open at ${studio.address}; Ctrl-C ends it`)
      await interrupted()
    }
    return code
  } finally {
    studio?.close()
  }
})

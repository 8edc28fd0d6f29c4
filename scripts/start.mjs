// npm start: installs and builds what is missing, then trains a GAN on the built-in digits.
// @ts-check
import { build } from './lib/build.mjs'
import { buildPages } from './lib/build-pages.mjs'
import { install } from './lib/install.mjs'
import { requireNode } from './lib/node-version.mjs'
import { exitWith, runNode } from './lib/run.mjs'

/** What `npm start` does; `npm start -- <arguments>` gives other arguments to the command. */
const DEFAULT = ['train', 'mlp-gan', '--data', 'digits', '--steps', '5000']

requireNode()
await exitWith(async () => {
  await install()
  await build()
  await buildPages()
  const given = process.argv.slice(2)
  return runNode('bin/sparring.js', ...(given.length > 0 ? given : DEFAULT))
})

// npm run build: JavaScript and declarations in dist, as the package ships them.
// @ts-check
import { build } from './lib/build.mjs'
import { buildPages } from './lib/build-pages.mjs'
import { install } from './lib/install.mjs'
import { exitWith, runNode } from './lib/run.mjs'

await exitWith(async () => {
  await install()
  await build()
  await buildPages()
  return runNode('node_modules/typescript-native/bin/tsc', '-p', 'tsconfig.build.json')
})

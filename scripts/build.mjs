// npm run build: JavaScript and declarations in dist, as the package ships them.
// @ts-check
import { build } from './lib/build.mjs'
import { install } from './lib/install.mjs'
import { exitWith, runNode } from './lib/run.mjs'

await exitWith(async () => {
  await install()
  await build()
  return runNode('node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json')
})

// Before the tests: brings dist up to date, because worker threads and the command line run from there.
import { build } from '../../scripts/lib/build.mjs'
import { buildPages } from '../../scripts/lib/build-pages.mjs'

export default async function setup(): Promise<void> {
  await build()
  await buildPages()
}

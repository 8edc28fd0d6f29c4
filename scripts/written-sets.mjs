// Writes data sets of generated images as PNG and as IDX files, reads them back, and lets exiftool say what it finds in the PNG files.
// Usage: node scripts/written-sets.mjs [--n 30]
// needs: npm run build; Debian's libimage-exiftool-perl
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { loadFolder } from '../dist/data/node/index.js'
import { augmentRun, startRun } from '../dist/lifecycle/index.js'

const { values } = parseArgs({ options: { n: { type: 'string', default: '30' } } })
const place = await mkdtemp(join(tmpdir(), 'sparring-written-sets-'))
const run = join(place, 'gan')
for await (const _ of startRun({
  model: 'conditional-dcgan',
  data: 'digits',
  dataOptions: { count: 240 },
  folder: run,
  settings: { steps: 4, batchSize: 16, imageSize: '16', sampleEvery: 0, threads: 1 },
  command: ['sparring', 'train', 'conditional-dcgan'],
}));

/** Labels and images in an order that does not depend on that of files. */
const asSet = ({ images, labels, count, classes }) =>
  Array.from({ length: count }, (_, i) => {
    const size = images.length / count
    const hash = createHash('sha256')
      .update(images.subarray(i * size, (i + 1) * size))
      .digest('hex')
    return `${classes[labels[i]]} ${hash}`
  })
    .sort()
    .join('\n')

const read = {}
for (const format of ['png', 'idx']) {
  const out = join(place, format)
  let manifest
  for await (const event of augmentRun({
    run,
    count: Number(values.n),
    seed: 5,
    out,
    format,
    command: ['sparring', 'augment'],
  }))
    if (event.type === 'result') manifest = event.result.manifest
  const { train } = await loadFolder(out)
  read[format] = asSet(train)
  console.log(
    JSON.stringify({
      format,
      images: train.count,
      writtenHash: manifest.hash,
      readHash: train.hash,
      same: manifest.hash === train.hash,
    }),
  )
  if (manifest.hash !== train.hash) process.exitCode = 1
}
const isSame = read.png === read.idx
console.log(JSON.stringify({ pngAndIdxHaveTheSameImagesAndLabels: isSame }))
if (!isSame) process.exitCode = 1

const files = (await readdir(join(place, 'png'), { recursive: true })).filter((name) => name.endsWith('.png'))
const facts = JSON.parse(
  execFileSync('exiftool', ['-json', '-G1', ...files], { cwd: join(place, 'png'), encoding: 'utf8' }),
)
const marked = facts.filter((each) => /trained ?Algorithmic ?Media/i.test(JSON.stringify(each)))
const wrong = facts.filter((each) => Object.keys(each).some((name) => /Error|Warning/.test(name)))
console.log(
  JSON.stringify({
    exiftool: execFileSync('exiftool', ['-ver'], { encoding: 'utf8' }).trim(),
    files: files.length,
    marked: marked.length,
    warnings: wrong.length,
  }),
)
console.log(execFileSync('exiftool', ['-G1', '-s', files[0]], { cwd: join(place, 'png'), encoding: 'utf8' }))
if (marked.length !== files.length || wrong.length > 0) process.exitCode = 1
await rm(place, { recursive: true })

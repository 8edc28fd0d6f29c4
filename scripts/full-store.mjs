// Fills the disk of a study's store, or of its folder, in the middle: what is said, whether anything is half-written, and whether it goes on
// to the same bytes once there is room.
// Usage: node scripts/full-store.mjs [--where store|folder] [--server embedded|redis] [--jobs 12] [--share 0.4]
//   --share  size of the disk, as a share of what the study needs
// needs: npm run build; root, for a tmpfs; Debian's redis-server for a worker
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { parseArgs } from 'node:util'
import { startServer } from './lib/servers.mjs'
import { compared, leftAlone, studyPlace } from './lib/tiny-studies.mjs'

const { values } = parseArgs({
  options: {
    where: { type: 'string', default: 'store' },
    server: { type: 'string', default: 'embedded' },
    jobs: { type: 'string', default: '12' },
    share: { type: 'string', default: '0.4' },
  },
})
const place = await mkdtemp(join(tmpdir(), 'sparring-full-store-'))
const at = await studyPlace(place, { jobs: Number(values.jobs) })
const alone = await leftAlone(at, place, '2')
const whole = join(place, values.where === 'store' ? 'whole/.jobs' : 'whole/tiny')
const needed = Number(execFileSync('du', ['-sk', whole], { encoding: 'utf8' }).split('\t')[0])
const small = join(place, 'small')
await mkdir(small)
const size = Math.round(needed * Number(values.share))
execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}k`, 'tmpfs', small])

/** Files of a store that are not what their names say, or that nobody finished. */
async function halfWritten(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const wrong = []
  for (const entry of entries) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    const bytes = await readFile(path)
    const isWhole = path.includes('/blobs/')
      ? createHash('sha256').update(bytes).digest('hex') === basename(path)
      : !entry.name.endsWith('.tmp') && JSON.parse(bytes.toString('utf8')) !== null
    if (!isWhole) wrong.push(path)
  }
  return wrong
}

const store = values.where === 'store' ? join(small, 'store') : join(place, 'store')
const out = values.where === 'store' ? join(place, 'broken/tiny') : join(small, 'tiny')
const server = values.server === 'embedded' ? undefined : await startServer(values.server)
const by = server ? ['--queue', server.address] : ['--jobs', '2']
const worker =
  server && at.start(['worker', ...by, '--store', store, '--jobs', '2', '--work', join(place, 'work')])
const run = async () => {
  const child = at.start(['study', 'tiny.json', '--out', out, '--store', store, ...by])
  return { ...(await child.ended), told: child.told }
}
try {
  const full = await run()
  const said = full.told.split('\n').filter((line) => /space|full|ENOSPC/i.test(line))
  const wrong = await halfWritten(store).catch(() => [])
  const left = execFileSync('df', ['-k', '--output=avail', small], { encoding: 'utf8' }).split('\n')[1].trim()
  console.log(
    JSON.stringify(
      { kB: size, needed, code: full.code, told: said.length, wrong, leftKB: Number(left) },
      null,
      1,
    ),
  )
  console.log(said.slice(0, 2).concat(said.slice(-2)).join('\n'))
  execFileSync('mount', ['-o', `remount,size=${10 * needed}k`, small])
  const more = await run()
  const { isSame, ...found } = await compared(alone, out)
  console.log(JSON.stringify({ ...values, rows: alone.rows, code: more.code, ...found }))
  if (!isSame || full.code !== 3 || said.length === 0 || wrong.length > 0 || more.code !== 0) {
    console.log(full.told.slice(-2000), more.told.slice(-2000))
    process.exitCode = 1
  }
} finally {
  if (worker) await at.kill(worker)
  await server?.stop()
  execFileSync('umount', [small])
  if (process.exitCode !== 1) await rm(place, { recursive: true })
}

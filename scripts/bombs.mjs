// Small things that ask for much: files and settings of strangers, each given to a command of its own, with its peak memory.
// node scripts/bombs.mjs [--command <other bin/sparring.js>] [--only <part of a name>] [--seconds 60]
// @ts-check
import { execFileSync, spawn } from 'node:child_process'
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { deflateSync, gzipSync } from 'node:zlib'
import { build } from './lib/build.mjs'
import { inProject } from './lib/project.mjs'

const { values } = parseArgs({
  options: {
    command: { type: 'string', default: inProject('bin/sparring.js') },
    only: { type: 'string', default: '' },
    seconds: { type: 'string', default: '60' },
  },
})
if (values.command === inProject('bin/sparring.js')) await build()
const folder = mkdtempSync(join(tmpdir(), 'sparring-bombs-'))
/** What an attack may take, in MB and seconds; a command that only says no takes 100 MB. */
const MOST = { megabytes: 1000, seconds: Number(values.seconds) }

/**
 * @param {string[]} args
 * @returns {Promise<{ code: number | null, megabytes: number, seconds: number, said: string }>}
 */
const sparring = (...args) =>
  new Promise((resolve) => {
    const began = performance.now()
    // The peak is asked when the process ends, and told on a pipe of its own.
    const tell =
      "import { writeSync } from 'node:fs'; const tell = () => { try { writeSync(3, process.resourceUsage().maxRSS + ' ') } catch {} }; process.on('exit', tell); setInterval(tell, 250).unref()"
    const child = spawn(
      process.execPath,
      ['--import', `data:text/javascript,${encodeURIComponent(tell)}`, values.command, ...args],
      {
        cwd: folder,
        stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
        env: { ...process.env, XDG_CACHE_HOME: join(folder, 'cache') },
      },
    )
    let [said, told] = ['', '']
    child.stderr?.on('data', (bytes) => {
      said += bytes
    })
    child.stdio[3]?.on('data', (/** @type {Buffer} */ bytes) => {
      told += bytes
    })
    const timer = setTimeout(() => child.kill('SIGKILL'), 1000 * MOST.seconds)
    child.on('close', (code) => {
      clearTimeout(timer)
      resolve({
        code,
        megabytes: Math.max(0, ...told.trim().split(' ').map(Number)) / 1000,
        seconds: (performance.now() - began) / 1000,
        said:
          said
            .trim()
            .split('\n')
            .findLast((line) => line.startsWith('error')) ?? said.trim().slice(-200),
      })
    })
  })

/** @param {number[]} shape */
const idxHeader = (...shape) => {
  const bytes = Buffer.alloc(4 + 4 * shape.length)
  bytes.set([0, 0, 8, shape.length])
  shape.forEach((length, axis) => {
    bytes.writeUInt32BE(length, 4 + 4 * axis)
  })
  return bytes
}

/** @param {string} name */
const newFolder = (name) => {
  const path = join(folder, name)
  mkdirSync(path, { recursive: true })
  return path
}

/**
 * A folder with a gzipped IDX file of zeros, 6 GB of them in 6 MB: gzip files may stand behind each other.
 *
 * @param {string} name
 * @param {Buffer} header
 */
function gzipBomb(name, header) {
  const path = join(newFolder(name), 'train-images-idx3-ubyte.gz')
  const zeros = gzipSync(Buffer.alloc(64 * 2 ** 20))
  writeFileSync(path, gzipSync(header))
  for (let i = 0; i < 96; i++) appendFileSync(path, zeros)
  return join(folder, name)
}

/** A PNG file of 16,000 x 16,000 black pixels in 250 kB. */
function pngBomb() {
  const crcOf = (/** @type {Buffer} */ bytes) => {
    let crc = 0xffffffff
    for (const byte of bytes) {
      crc ^= byte
      for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1
    }
    return (crc ^ 0xffffffff) >>> 0
  }
  const chunk = (/** @type {string} */ type, /** @type {Buffer} */ data) => {
    const body = Buffer.concat([Buffer.from(type), data])
    const [length, crc] = [Buffer.alloc(4), Buffer.alloc(4)]
    length.writeUInt32BE(data.length)
    crc.writeUInt32BE(crcOf(body))
    return Buffer.concat([length, body, crc])
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(16_000, 0)
  header.writeUInt32BE(16_000, 4)
  header.set([8, 0, 0, 0, 0], 8)
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.alloc(16_000 * 16_001), { level: 1 })),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

/** @param {string} path */
const pipe = (path) => {
  rmSync(path, { force: true })
  execFileSync('mkfifo', [path])
}

// Data of its own, so that no command spends its time with drawing digits.
const DATA = newFolder('data')
const count = 256
for (const part of ['train', 't10k']) {
  const pixels = Buffer.from(Array.from({ length: count * 784 }, (_, i) => (i * 7919) % 256))
  writeFileSync(join(DATA, `${part}-images-idx3-ubyte`), Buffer.concat([idxHeader(count, 28, 28), pixels]))
  const labels = Buffer.from(Array.from({ length: count }, (_, i) => i % 10))
  writeFileSync(join(DATA, `${part}-labels-idx1-ubyte`), Buffer.concat([idxHeader(count), labels]))
}

console.log('a run to be changed: mlp-gan, 4 steps')
const own = join(folder, 'run')
execFileSync(process.execPath, [
  inProject('bin/sparring.js'),
  ...[
    'train',
    'mlp-gan',
    '--data',
    DATA,
    '--checkpoint-every',
    '2',
    '--steps',
    '4',
    '--batch-size',
    '8',
    '--threads',
    '1',
    '--quiet',
    '--run',
    own,
  ],
])

let copies = 0
/** @param {(folder: string) => void} change */
const received = (change) => {
  const path = join(folder, `received-${copies++}`)
  cpSync(own, path, { recursive: true })
  change(path)
  return path
}
/** @param {(config: any) => void} change */
const configured = (change) =>
  received((path) => {
    const config = JSON.parse(readFileSync(join(path, 'config.json'), 'utf8'))
    change(config)
    writeFileSync(join(path, 'config.json'), JSON.stringify(config))
  })

/**
 * A file of so many bytes that takes no room on the disk.
 *
 * @param {string} path
 * @param {number} bytes
 */
const hole = (path, bytes) => {
  writeFileSync(path, '')
  truncateSync(path, bytes)
}
/** @param {string} path */
const newest = (path) => join(path, 'checkpoints/step-000003.safetensors')

const train = (/** @type {string[]} */ ...args) => [
  'train',
  'mlp-gan',
  '--steps',
  '1',
  '--run',
  join(folder, `new-${copies++}`),
  ...args,
]

/** @type {[string, () => string[]][]} */
const ATTACKS = [
  [
    'gzip of 6 MB with 6 GB in it, header of two images',
    () => train('--data', gzipBomb('bomb', idxHeader(2, 28, 28))),
  ],
  [
    'gzip of 6 MB with 6 GB in it, header of 6 GB',
    () => train('--data', gzipBomb('honest', idxHeader(6_291_456, 32, 32))),
  ],
  ['gzip of 6 MB with 6 GB in it, no header', () => train('--data', gzipBomb('blank', Buffer.alloc(0)))],
  [
    'IDX header of 2^96 bytes',
    () => {
      writeFileSync(
        join(newFolder('huge'), 'train-images-idx3-ubyte'),
        idxHeader(2 ** 32 - 1, 2 ** 32 - 1, 2 ** 32 - 1),
      )
      return train('--data', join(folder, 'huge'))
    },
  ],
  [
    'image that is a link to /dev/zero',
    () => {
      symlinkSync('/dev/zero', join(newFolder('device'), 'a.png'))
      return train('--data', join(folder, 'device'))
    },
  ],
  [
    'image that is a pipe',
    () => {
      pipe(join(newFolder('piped'), 'a.png'))
      return train('--data', join(folder, 'piped'))
    },
  ],
  [
    'eight PNG files of 256 million pixels, 250 kB each, to 28x28',
    () => {
      const bytes = pngBomb()
      for (let i = 0; i < 8; i++) writeFileSync(join(newFolder('pixels'), `${i}.png`), bytes)
      return train('--data', join(folder, 'pixels'), '--image-size', '28')
    },
  ],
  ['--batch-size 1000000000', () => train('--data', DATA, '--batch-size', '1000000000')],
  [
    '--batch-size 100000 of dcgan-64',
    () => [
      'train',
      'dcgan-64',
      '--steps',
      '1',
      '--data',
      DATA,
      '--batch-size',
      '100000',
      '--run',
      join(folder, 'large'),
    ],
  ],
  ['--threads 100000', () => train('--data', DATA, '--threads', '100000')],
  ['--image-size 9999', () => train('--data', DATA, '--image-size', '9999')],
  [
    '--latent-dim 65536 --batch-size 100000',
    () => train('--data', DATA, '--latent-dim', '65536', '--batch-size', '100000'),
  ],
  [
    '--config: a pipe',
    () => {
      pipe(join(folder, 'settings'))
      return train('--config', join(folder, 'settings'))
    },
  ],
  ['--config: /dev/zero', () => train('--config', '/dev/zero')],
  ...['resume', 'sample', 'export', 'report', 'evaluate'].flatMap(
    (command) =>
      /** @type {[string, () => string[]][]} */ ([
        [
          `${command}: config.json with batchSize 1e9`,
          () => [
            command,
            configured((config) => {
              config.settings.batchSize = 1e9
            }),
          ],
        ],
        [
          `${command}: config.json with threads 1e5`,
          () => [
            command,
            configured((config) => {
              config.settings.threads = 1e5
            }),
          ],
        ],
        [
          `${command}: config.json with images of 65535 x 65535`,
          () => [
            command,
            configured((config) => {
              config.data.height = config.data.width = 65_535
            }),
          ],
        ],
        [
          `${command}: config.json is a pipe`,
          () => [command, received((path) => pipe(join(path, 'config.json')))],
        ],
        [
          `${command}: config.json of 5 GB`,
          () => [command, received((path) => hole(join(path, 'config.json'), 5e9))],
        ],
        [
          `${command}: status.json and metrics.jsonl are pipes`,
          () => [
            command,
            received((path) => {
              pipe(join(path, 'status.json'))
              pipe(join(path, 'metrics.jsonl'))
            }),
          ],
        ],
        [
          `${command}: checkpoint is a link to /dev/zero`,
          () => [
            command,
            received((path) => {
              rmSync(newest(path))
              symlinkSync('/dev/zero', newest(path))
            }),
          ],
        ],
        [
          `${command}: checkpoint whose header claims 90 MB`,
          () => [
            command,
            received((path) => {
              hole(newest(path), 1e8)
              const bytes = Buffer.alloc(8)
              bytes.writeBigUInt64LE(90_000_000n)
              const all = readFileSync(newest(path))
              bytes.copy(all)
              writeFileSync(newest(path), all)
            }),
          ],
        ],
      ]),
  ),
  [
    'report: metrics.jsonl of 5 GB',
    () => ['report', received((path) => hole(join(path, 'metrics.jsonl'), 5e9))],
  ],
  [
    'report: metrics.jsonl of 100 million empty lines',
    () => ['report', received((path) => writeFileSync(join(path, 'metrics.jsonl'), Buffer.alloc(1e8, 10)))],
  ],
  ['sample --count 10000 --scale 32', () => ['sample', own, '--count', '10000', '--scale', '32']],
  ['sample --count 1e9', () => ['sample', own, '--count', '1e9']],
]

// With a good record, evaluate first trains the classifier that it needs: half a minute of honest work.
const isLong = (/** @type {string} */ name) => /^evaluate: (status|checkpoint)/.test(name)
const wanted = ATTACKS.filter(([name]) => name.includes(values.only) && !isLong(name))
let worst = 0
const failures = []
for (const [name, make] of wanted) {
  const args = make()
  const { code, megabytes, seconds, said } = await sparring(...args)
  worst = Math.max(worst, megabytes)
  const ok = code !== null && code !== 1 && megabytes < MOST.megabytes
  if (!ok) failures.push(name)
  console.log(
    `${ok ? 'ok  ' : 'FAIL'}  ${megabytes.toFixed(0).padStart(5)} MB  ${seconds.toFixed(1).padStart(5)} s  exit ${String(code).padEnd(4)}  ${name}\n        ${said.slice(0, 230).replaceAll(folder, '')}`,
  )
}
rmSync(folder, { recursive: true, force: true })
console.log(
  `${wanted.length} attacks, ${failures.length} took more than ${MOST.megabytes} MB, ${MOST.seconds} s, or ended as an error of our own; worst ${worst.toFixed(0)} MB`,
)
process.exitCode = failures.length > 0 ? 1 : 0

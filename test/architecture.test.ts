// The plan of the house, held by reading the imports of every source file.
import { readdirSync, readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { findCycle, type Import, importsOf, nodeGlobalsOf, type Sources } from './support/imports.ts'

const PURE =
  'util formats graph autodiff lowering onnx runtime initializers layers augmentations losses optimizers watches objectives models training metrics classifiers attacks data environments agents runs statistics report ciphers'
/** What each room may import besides itself: rooms, single files, or `type:` and a room. docs/design.md explains it. */
const ARROWS: Readonly<Record<string, string>> = {
  util: '',
  formats: 'util',
  graph: 'util',
  autodiff: 'graph util',
  lowering: 'graph util',
  onnx: 'formats graph util',
  runtime: 'graph lowering onnx util',
  initializers: 'util',
  layers: 'graph initializers util',
  augmentations: 'graph layers util',
  losses: 'graph util',
  optimizers: 'graph util',
  watches: 'util',
  objectives: 'augmentations autodiff graph layers losses optimizers type:runs util watches',
  models:
    'agents augmentations data environments graph initializers layers losses objectives optimizers type:runs util',
  training:
    'autodiff data graph initializers layers lowering objectives onnx optimizers type:runs runtime/engine.ts util watches',
  metrics: 'graph runtime/engine.ts util',
  classifiers: 'autodiff graph onnx runtime/engine.ts util',
  attacks: 'autodiff classifiers graph optimizers runtime/engine.ts statistics util',
  data: 'formats util',
  environments: 'util',
  agents: 'data environments util',
  ciphers: 'util',
  runs: 'formats util',
  statistics: 'runs util',
  report: 'runs statistics util',
  measuring: PURE,
  pictures: 'data environments layers metrics objectives report runs runtime training util',
  lifecycle: `${PURE} measuring pictures`,
  audit: `${PURE} lifecycle measuring`,
  jobs: 'data lifecycle measuring models objectives pictures runs runtime statistics util',
  studies: 'jobs report runs statistics util',
  answers: `${PURE} audit jobs lifecycle measuring pictures studies`,
  server: 'answers data jobs lifecycle models pictures runs runtime util',
  cli: 'answers audit data graph jobs lifecycle type:measuring models onnx report/node/fonts.ts runs runtime server statistics studies type:training util',
  'index.ts': PURE,
  'node.ts': `${PURE} audit jobs lifecycle measuring studies`,
}
/** Packages that belong to one room, or file; the others are free. */
const PACKAGES: Readonly<Record<string, string>> = {
  'onnxruntime-node': 'runtime/node-ort.ts',
  'onnxruntime-web': 'runtime',
  hono: 'server',
  '@hono/node-server': 'server',
  'onnxruntime-common': 'runtime',
  protobufjs: 'formats/wire.ts',
  'ml-matrix': 'metrics',
  commander: 'cli',
  echarts: 'report',
  jstat: 'statistics',
  yaml: 'studies',
  bullmq: 'jobs',
  ioredis: 'jobs',
  pg: 'jobs',
  unstorage: 'jobs',
  '6502.ts': 'environments/atari/emulator.ts',
  '@bull-board/api': 'server',
  '@bull-board/hono': 'server',
}

/** The one file that reads files, and what of Node's would do so elsewhere. */
const READER = 'util/node/read-file.ts'
const READING = /\b(readFile|readFileSync|createReadStream|openSync|readSync|readvSync|openAsBlob)\b/
/** Files that open others only to write them, or to ask the disk to keep them. */
const WRITERS = ['runs/node/disk.ts', 'data/node/download.ts']

/** What a file takes from `node:fs` by name; all of it counts as reading, since nobody can tell. */
function takenFromFs(text: string): string[] {
  return [...text.matchAll(/import\s+(\{[^}]*\}|\*\s+as\s+\w+|\w+)\s+from\s+'(?:node:)?fs(?:\/promises)?'/g)]
    .flatMap(([, names]) => (names!.startsWith('{') ? names!.slice(1, -1).split(',') : ['everything']))
    .map(
      (name) =>
        name
          .replace(/^\s*type\s.*/, '')
          .trim()
          .split(' ')[0]!,
    )
}

/** What the studio's pages, a house of their own in `web/`, may take from here: these rooms, and single files. */
const FOR_PAGES = [
  'ciphers',
  'environments',
  'report',
  'runs',
  'statistics',
  'util',
  'runtime/web.ts',
  'server/protocol.ts',
]

/** Rooms of which every file may use Node. */
const NODE_ROOMS = ['answers', 'cli', 'lifecycle', 'measuring', 'pictures', 'server']

const roomOf = (file: string): string => file.split('/')[0]!
const packageOf = (specifier: string): string =>
  specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')
const isForNode = (file: string): boolean =>
  /(^|\/)node(\.ts$|-[^/]*\.ts$|\/)/.test(file) || NODE_ROOMS.includes(roomOf(file))
const isOfNode = (specifier: string): boolean =>
  specifier.startsWith('node:') || builtinModules.includes(specifier) || specifier === 'sharp'

/** One function per rule: what breaks it. */
const rules: Readonly<Record<string, (sources: Sources, imports: readonly Import[]) => string[]>> = {
  'every room is in the plan': (sources) => [
    ...new Set([...sources.keys()].map(roomOf).filter((room) => !(room in ARROWS))),
  ],
  'a room imports only the rooms below it': (_, imports) =>
    imports.flatMap(({ from, to, local, typeOnly }) => {
      const allowed = [roomOf(from), ...(ARROWS[roomOf(from)] ?? '').split(' ')]
      const names = [to, roomOf(to), ...(typeOnly ? [`type:${roomOf(to)}`] : [])]
      return !local || names.some((name) => allowed.includes(name)) ? [] : `${from} -> ${to}`
    }),
  'a package that belongs to a room is imported only there': (_, imports) =>
    imports.flatMap(({ from, to, local, typeOnly }) => {
      const home = PACKAGES[packageOf(to)]
      if (local || home === undefined) return []
      const homes = typeOnly ? [home, roomOf(home)] : [home]
      return homes.includes(from) || homes.includes(roomOf(from)) ? [] : `${from} -> ${to}`
    }),
  'only files for Node use Node': (sources, imports) => [
    ...imports.flatMap(({ from, to, local }) =>
      !isForNode(from) && (local ? isForNode(to) : isOfNode(to)) ? `${from} -> ${to}` : [],
    ),
    ...[...sources].flatMap(([file, text]) =>
      isForNode(file) ? [] : nodeGlobalsOf(file, text).map((name) => `${file} uses ${name}`),
    ),
  ],
  'files are read in one place': (sources) =>
    [...sources].flatMap(([file, text]) =>
      file === READER
        ? []
        : takenFromFs(text)
            .filter(
              (name) =>
                name === 'everything' ||
                name.match(READING) !== null ||
                (name === 'open' && !WRITERS.includes(file)),
            )
            .map((name) => `${file} takes ${name} from node:fs`),
    ),
  'imports form no cycle': (_, imports) => {
    const cycle = findCycle(imports)
    return cycle ? [cycle.join(' -> ')] : []
  },
  'the first line of a file says what it is for': (sources) =>
    [...sources].flatMap(([file, text]) => (/^\/\/ \S.{10,}\n/.test(text) ? [] : file)),
}

/** The sources below a folder of the project, by their paths in it. */
function sourcesIn(folder: string, kind = /\.ts$/): Sources {
  const root = join(import.meta.dirname, '..', folder)
  return new Map(
    readdirSync(root, { recursive: true, encoding: 'utf8' })
      .map((file) => file.replaceAll('\\', '/'))
      .filter((file) => kind.test(file))
      .map((file) => [file, readFileSync(join(root, file), 'utf8')]),
  )
}
const house = sourcesIn('src')

/** A house that breaks every rule, and what should be said of it. */
const ruin: Sources = new Map([
  ['attic/box.ts', '// A room nobody planned.\n'],
  ['util/shape.ts', "// Leans on the room above.\nimport { graph } from '../graph/value.ts'\n"],
  ['graph/value.ts', "// Leans back.\nexport { shape } from '../util/shape.ts'\n"],
  ['training/trainer.ts', "// Takes the native engine.\nimport type { E } from '../runtime/node.ts'\n"],
  ['models/run.ts', "// Runs by itself.\nconst ort = await import('onnxruntime-node')\n"],
  ['runtime/node-loud.ts', "// Goes past the door.\nimport { Tensor } from 'onnxruntime-node'\n"],
  ['runtime/node-types.ts', "// May know its types.\nimport type { Tensor } from 'onnxruntime-node'\n"],
  ['cli/main.ts', "// Loads the trainer.\nimport { train } from '../training/trainer.ts'\n"],
  ['data/cache.ts', "// Reads files.\nimport { readFile } from 'node:fs/promises'\nBuffer.alloc(1)\n"],
  ['runs/silent.ts', 'export const nothing = 1\n'],
])
const faults: Readonly<Record<string, string[]>> = {
  'every room is in the plan': ['attic'],
  'a room imports only the rooms below it': [
    'util/shape.ts -> graph/value.ts',
    'training/trainer.ts -> runtime/node.ts',
    'cli/main.ts -> training/trainer.ts',
  ],
  'a package that belongs to a room is imported only there': [
    'models/run.ts -> onnxruntime-node',
    'runtime/node-loud.ts -> onnxruntime-node',
  ],
  'only files for Node use Node': [
    'training/trainer.ts -> runtime/node.ts',
    'data/cache.ts -> node:fs/promises',
    'data/cache.ts uses Buffer',
  ],
  'files are read in one place': ['data/cache.ts takes readFile from node:fs'],
  'imports form no cycle': ['util/shape.ts -> graph/value.ts -> util/shape.ts'],
  'the first line of a file says what it is for': ['runs/silent.ts'],
}

const imports = importsOf(house)

describe("the studio's pages", () => {
  const WEB = join(import.meta.dirname, '../web/src')
  const taken = readdirSync(WEB, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(ts|svelte)$/.test(file))
    .flatMap((file) =>
      [...readFileSync(join(WEB, file), 'utf8').matchAll(/'(?:\.\.\/)+src\/([^']+)'/g)].map(([, to]) => to!),
    )

  it('take from the sources only what is for pages', () => {
    expect(taken.length).toBeGreaterThan(0)
    const isFree = (to: string): boolean =>
      !isForNode(to) && (FOR_PAGES.includes(to) || FOR_PAGES.includes(roomOf(to)))
    expect(taken.filter((to) => !isFree(to) && to !== 'server/protocol.ts')).toEqual([])
  })

  it('bundle of the runtime what opens files, and nothing that makes them', () => {
    const reached = new Set(['runtime/web.ts'])
    for (const file of reached)
      for (const { from, to, local, typeOnly } of imports)
        if (from === file && local && !typeOnly) reached.add(to)
    expect([...reached].sort()).toEqual(['runtime/tensors.ts', 'runtime/web.ts', 'util/errors.ts'])
  })
})

describe('the native runtime', () => {
  // Loaded by another way, it writes into the user's cache and calls its maker.
  const DOOR = 'onnxruntime-node'
  const loadersIn = (sources: Sources): string[] => [
    ...importsOf(sources).flatMap(({ from, to, typeOnly }) => (to === DOOR && !typeOnly ? from : [])),
    ...[...sources].flatMap(([file, text]) =>
      /(?<!import)\(\s*['"`]onnxruntime-node['"`]\s*\)/.test(text) ? file : [],
    ),
  ]

  it('is loaded through one file, by the sources, tests, scripts, benchmarks, examples and the command', () => {
    expect(loadersIn(house)).toEqual(['runtime/node-ort.ts'])
    for (const folder of ['test', 'scripts', 'bench', 'examples', 'bin']) {
      const sources = sourcesIn(folder, /\.(ts|mjs|js)$/)
      expect(sources.size, folder).toBeGreaterThan(0)
      expect(loadersIn(sources), folder).toEqual([])
    }
  })

  it('is seen wherever it is loaded otherwise', () => {
    const called = ['import', 'require'].map(
      (how) => [`${how}.mjs`, `const ort = ${how}('${DOOR}')\n`] as const,
    )
    const stated = ['import * as ort from', 'export * from'].map(
      (how, i) => [`${i}.ts`, `${how} '${DOOR}'\n`] as const,
    )
    expect(new Set(loadersIn(new Map([...called, ...stated])))).toEqual(
      new Set(['import.mjs', 'require.mjs', '0.ts', '1.ts']),
    )
  })
})

describe.each(Object.entries(rules))('%s', (name, broken) => {
  it('holds in this house', () => expect(broken(house, imports)).toEqual([]))
  it('is seen to be broken in a ruin', () => expect(broken(ruin, importsOf(ruin))).toEqual(faults[name]))
})

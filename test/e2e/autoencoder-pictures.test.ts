// The figures of an autoencoder: left by a training, made anew by a report, kept when the data is gone.
import { mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { smallData, sparringHere } from './sparring.ts'

let cwd: string
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'sparring-autoencoder-'))
  await smallData(join(cwd, 'small'))
  await smallData(join(cwd, 'small'), 20, 't10k')
  await smallData(join(cwd, 'single'))
})
afterAll(() => rm(cwd, { recursive: true }))

const settings = '--steps 5 --batch-size 8 --sample-every 0 --validate-every 0 --json'
const run = (args: string) => sparringHere(args.split(' '), { cwd })
const text = (name: string, file: string) => readFile(join(cwd, name, file), 'utf8')
const captions = async (name: string): Promise<Record<string, string>> =>
  Object.fromEntries(
    JSON.parse(await text(name, 'figures/captions.json')).map((figure: { name: string; caption: string }) => [
      figure.name,
      figure.caption,
    ]),
  )

it('are left by a training, of the held-out images although nothing was validated', async () => {
  const { code, stderr, json } = await run(`train vae-shallow --data ./small ${settings} --run two`)
  expect(code, stderr).toBe(0)
  expect(Object.keys(json().files as object)).toEqual(
    expect.arrayContaining(['latent-manifold', 'latent-scatter', 'reconstructions']),
  )
  const words = await captions('two')
  expect(words['latent-manifold']).toContain(
    '30 × 30 images decoded from an even grid over the latent plane, from -4 to 4',
  )
  expect(words['latent-scatter']).toContain('all 20 held-out images')
  expect(words.reconstructions).toContain('The first 20 held-out images, which were not trained on')
  const page = await text('two', 'report.html')
  for (const id of ['latent-manifold', 'latent-scatter', 'reconstructions'])
    expect(page).toContain(`id="figure-${id}"`)
})

it('are the same in a report, stay when the data is gone, and come back with --data-dir', async () => {
  const before = await text('two', 'figures/latent-scatter.svg')
  await rename(join(cwd, 'small'), join(cwd, 'away'))
  await writeFile(join(cwd, 'two/figures/latent-scatter.svg'), before.replace('</svg>', '<!-- old --></svg>'))
  const lost = await run('report two --json')
  expect(lost.code, lost.stderr).toBe(0)
  expect(lost.json().problems).toEqual([expect.stringContaining("Figures of the data's images: ")])
  expect(lost.stderr).toContain('not made anew: ')
  expect(await text('two', 'figures/latent-scatter.svg')).toContain('<!-- old -->')
  const page = await text('two', 'report.html')
  expect(page).toContain('Pictures not made anew')
  expect(page).toContain('id="figure-latent-scatter"')
  const found = await run('report two --data-dir away --json')
  expect(found.code, found.stderr).toBe(0)
  expect(found.json().problems).toEqual([])
  expect(await text('two', 'figures/latent-scatter.svg')).toBe(before)
  await rename(join(cwd, 'away'), join(cwd, 'small'))
})

it('show principal directions of long latents, and only reconstructions of a latent of one number', async () => {
  const long = await run(`train vae-conv --data ./single --latent-range 1.5 ${settings} --run long`)
  expect(long.code, long.stderr).toBe(0)
  const words = await captions('long')
  expect(words['latent-manifold']).toMatch(
    /two principal directions of the latent means of 48 training images, in standard deviations \([\d.]+% of the variance of 16 numbers .*from -1.5 to 1.5/,
  )
  expect(words.reconstructions).toMatch(/^The first 20 training images, above/)
  const short = await run(`train vae-shallow --latent-dim 1 --data ./single ${settings} --run one`)
  expect(short.code, short.stderr).toBe(0)
  expect(Object.keys(await captions('one'))).toEqual(['reconstructions'])
})

it('are not made of models that have no encoder', async () => {
  const { code, stderr } = await run(`train mlp-gan --data ./single ${settings} --run gan`)
  expect(code, stderr).toBe(0)
  expect(await readdir(join(cwd, 'gan/figures'))).not.toContain('captions.json')
})

// A folder of images of any size, trained on, resumed, sampled: the command does it without being told how.
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decodePng } from '../../src/report/node/index.ts'
import { type Finished, sparringHere } from './sparring.ts'

let cwd: string
let trained: Finished
const run = (args: string): Promise<Finished> => sparringHere(args.split(' '), { cwd })
const readConfig = async (folder: string) =>
  JSON.parse(await readFile(join(cwd, folder, 'config.json'), 'utf8'))

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'sparring-photos-'))
  await mkdir(join(cwd, 'photos'))
  for (let i = 0; i < 6; i++) {
    const photo = sharp({
      create: {
        width: 40 + 30 * i,
        height: 130 - 10 * i,
        channels: 3,
        background: `hsl(${60 * i}, 90%, 50%)`,
      },
    })
    const bytes = await (i % 2 === 0 ? photo.jpeg() : photo.webp()).toBuffer()
    await writeFile(join(cwd, 'photos', `${i}.${i % 2 === 0 ? 'jpg' : 'webp'}`), bytes)
  }
  trained = await run(
    'train dcgan-64 --data ./photos --filters 1 --batch-size 4 --steps 5 --checkpoint-every 2 --sample-every 4 --run first --json',
  )
})
afterAll(() => rm(cwd, { recursive: true }))

describe('training on a folder of photos', () => {
  it('scales and crops them to what the model wants, and says so', async () => {
    expect(trained.code, trained.stderr).toBe(0)
    expect(trained.stderr).toMatch(/^training dcgan-64 on \S+ \(6 images of 64x64x3\)$/m)
    const words = '130 x 40 to 80 x 190 scaled to cover 64 x 64 (height x width), cropped to the middle'
    expect(trained.stderr).toContain(`images: ${words}`)
    const { data, settings } = await readConfig('first')
    expect(data).toMatchObject({ count: 6, height: 64, width: 64, channels: 3, preparation: words })
    expect(settings.imageSize).toBe('64x64')
  })

  it('leaves sheets, figures and a report in colour', async () => {
    const sheet = await decodePng(await readFile(join(cwd, 'first', 'samples', 'step-000004.png')))
    expect([sheet.width, sheet.height, sheet.channels]).toEqual([8 * 66 - 2, 8 * 66 - 2, 3])
    const { grid, report } = trained.json().files as Record<string, string>
    expect((await decodePng(await readFile(grid!))).channels).toBe(3)
    expect(await readFile(report!, 'utf8')).toContain('64 × 64 × 3')
  })

  it('goes on as if it had never stopped, also when the photos were moved', async () => {
    const place = join(cwd, 'first', 'checkpoints')
    const metrics = await readFile(join(cwd, 'first', 'metrics.jsonl'))
    const newest = (await readdir(place)).sort().at(-1)!
    const weights = await readFile(join(place, newest))
    await rm(join(place, newest))
    await rename(join(cwd, 'photos'), join(cwd, 'moved'))
    const lost = await run('resume first')
    expect(lost.code).toBe(3)
    expect(lost.stderr).toContain('name its new folder with --data-dir')
    const { code, stderr } = await run('resume first --data-dir moved')
    expect(code, stderr).toBe(0)
    expect(await readFile(join(cwd, 'first', 'metrics.jsonl'))).toEqual(metrics)
    expect((await readFile(join(place, newest))).equals(weights)).toBe(true)
    await rename(join(cwd, 'moved'), join(cwd, 'photos'))
  })

  it('takes another size and grey, for any model, and resumes with them', async () => {
    const args = 'train mlp-gan --data ./photos --image-size 8x12 --channels 1 --batch-size 4 --steps 3'
    const { code, stderr } = await run(`${args} --checkpoint-every 1 --sample-every 0 --run grey --quiet`)
    expect(code, stderr).toBe(0)
    const { data, command } = await readConfig('grey')
    expect(data).toMatchObject({ height: 8, width: 12, channels: 1 })
    expect(data.preparation).toContain('colours turned grey')
    expect(command.join(' ')).toContain('--image-size 8x12 --channels 1')
    await rm(join(cwd, 'grey', 'checkpoints', 'step-000002.safetensors'))
    const resumed = await run('resume grey')
    expect(resumed.code, resumed.stderr).toBe(0)
  })

  it('draws more samples than are made at once, the same as when fewer are asked for', async () => {
    const column = async (count: number) => {
      const { code, stderr, json } = await run(`sample grey --count ${count} --columns 1 --scale 1 --json`)
      expect(code, stderr).toBe(0)
      expect(json()).toMatchObject({ width: 12, height: count * 8 })
      return (await decodePng(await readFile((json().files as { samples: string }).samples))).pixels
    }
    const [some, more] = [await column(104), await column(203)]
    expect(new Set(some.subarray(-4 * 8 * 12)).size).toBeGreaterThan(20)
    expect(more.subarray(0, some.length)).toEqual(some)
  })
})

describe('what cannot be', () => {
  it('is said before any image is read: a size that the model does not take', async () => {
    const { code, stderr } = await run('train dcgan-64 --data ./photos --image-size 50 --run never')
    expect(code).toBe(2)
    expect(stderr).toContain(
      'must be divisible by 16, got 50 x 50; resize them, for example with --image-size 64',
    )
    expect(await readdir(cwd)).not.toContain('never')
  })

  it('is said with the way out: images of several sizes for a model that wants none', async () => {
    const { code, stderr } = await run('train mlp-gan --data ./photos --run never')
    expect(code).toBe(3)
    expect(stderr).toContain('Give the size that all images shall be scaled and cropped to: --image-size 64')
    expect(await readdir(cwd)).not.toContain('never')
  })
})

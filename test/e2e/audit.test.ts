// `sparring audit` as people run it: its exit codes, what it refuses and in which words, and how it goes on.
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BARS, BARS_MODEL, writeBars } from '../audit/bars.ts'
import { command } from '../support/command.ts'

const fixture = (name: string): string =>
  fileURLToPath(new URL(`../classifiers/fixtures/${name}.onnx`, import.meta.url))

describe('sparring audit', () => {
  let place: string
  let data: string
  let labels: string
  beforeAll(async () => {
    place = await mkdtemp(join(tmpdir(), 'sparring-audit-'))
    data = join(place, 'bars')
    labels = join(place, 'labels.txt')
    await writeBars(data, 8)
    await writeFile(labels, `${BARS.join('\n')}\n`)
    await writeFile(join(place, 'corrupt.onnx'), 'not a model at all')
    await mkdir(join(place, 'empty'))
  })
  afterAll(() => rm(place, { recursive: true, force: true }))
  const audit = (model: string, ...more: string[]) =>
    command('audit', model, '--budget', 'quick', '--n', '16', '--threads', '1', ...more)

  it('says the verdict first, and ends with a code of its own below --fail-under', async () => {
    const out = join(place, 'gate')
    const { code, text } = await audit(
      BARS_MODEL,
      '--data',
      data,
      '--labels',
      labels,
      '--out',
      out,
      '--fail-under',
      '.5',
    )
    expect(code).toBe(6)
    expect(text).toContain('BROKEN  bars.onnx')
    expect(text).toContain('under every attack')
    const { summary, verdict, command: repeat } = JSON.parse(await readFile(join(out, 'audit.json'), 'utf8'))
    expect(verdict).toBe('broken')
    expect(summary.worstCase).toBeLessThan(0.5)
    expect(repeat).not.toContain('--out')
    const again = await command('resume', out, '--json')
    expect(JSON.parse(again.text.trim().split('\n').at(-1)!)).toMatchObject({ outcome: 'finished', verdict })
    expect(again.code).toBe(0)
    expect((await command('verify', out)).text).toContain('is whole')
    expect((await command('report', out)).text).toContain('model-card.md')
    expect((await audit(BARS_MODEL, '--data', data, '--out', out)).text).toContain('already holds a run')
    // What needs a training says what it got.
    expect((await command('sample', out)).text).toContain('holds an audit; expected a training')
  }, 60_000)

  it('passes a gate that the model keeps, with changes that are too small', async () => {
    const out = join(place, 'kept')
    const { code } = await audit(
      BARS_MODEL,
      '--data',
      data,
      '--labels',
      labels,
      '--out',
      out,
      '--eps',
      '.001',
      '--fail-under',
      '.5',
    )
    expect(code).toBe(0)
    expect(JSON.parse(await readFile(join(out, 'audit.json'), 'utf8')).verdict).toBe('no break found')
  }, 60_000)

  it('asks a model that has no gradients, and says so', async () => {
    const few = join(place, 'few')
    for (const name of BARS.slice(0, 2)) await cp(join(data, name), join(few, name), { recursive: true })
    const out = join(place, 'forest')
    const { code, text } = await audit(
      fixture('sklearn-forest'),
      '--data',
      few,
      '--image',
      '4x4x1',
      '--classes',
      '3',
      '--out',
      out,
    )
    expect(text).toContain('HopSkipJump')
    expect(code).toBe(0)
    const { model, attacks, limitations, checks } = JSON.parse(
      await readFile(join(out, 'audit.json'), 'utf8'),
    )
    expect(model.notDifferentiable).toContain('TreeEnsembleClassifier')
    expect(attacks.map(({ knowledge }: { knowledge: string }) => knowledge)).not.toContain('gradient')
    expect(limitations.join()).toContain('only be asked')
    expect(checks.find(({ name }: { name: string }) => name === 'gradients').state).toBe('not run')
  }, 60_000)

  it.each<[string, (place: string) => string[], number, string]>([
    ['a file that is not there', () => ['nowhere.onnx', '--data', 'digits'], 3, 'there is no'],
    [
      'a corrupt file',
      (at) => [join(at, 'corrupt.onnx'), '--data', join(at, 'bars')],
      3,
      'not a complete ONNX model',
    ],
    ['an empty folder of images', (at) => [BARS_MODEL, '--data', join(at, 'empty')], 3, 'has no images'],
    ['data that nobody knows', () => [BARS_MODEL, '--data', 'digitz'], 2, 'did you mean "digits"'],
    [
      'more classes than the model has',
      () => [BARS_MODEL, '--data', 'digits', '--count', '60'],
      3,
      'the data has 10 classes',
    ],
    [
      'names of classes that do not fit',
      (at) => [BARS_MODEL, '--data', join(at, 'bars'), '--labels', join(at, 'bars', 'lying', '000.png')],
      2,
      '',
    ],
    [
      'a size of images that the model does not take',
      (at) => [BARS_MODEL, '--data', join(at, 'bars'), '--image', '14x14x1'],
      5,
      '14',
    ],
    [
      'means of another number of channels',
      (at) => [BARS_MODEL, '--data', join(at, 'bars'), '--mean', '.1,.2,.3'],
      2,
      'mean',
    ],
    ['a norm that is none', () => [BARS_MODEL, '--norm', 'l7'], 2, 'expected one of linf, l2'],
    ['a share that is none', () => [BARS_MODEL, '--fail-under', '50'], 2, '--fail-under'],
  ])('refuses %s with a reason', async (_, args, code, words) => {
    const [model, ...more] = args(place) as [string, ...string[]]
    const got = await audit(model, ...more, '--out', join(place, 'refused'))
    expect(got.text).toContain(words)
    expect(got.text).not.toContain('should not happen')
    expect(got.code).toBe(code)
  })

  it('shows its flags and examples', async () => {
    const { code, text } = await command('audit', '--help')
    expect(code).toBe(0)
    expect(text).toContain('--fail-under')
    expect(text).toContain('sparring audit model.onnx --data mnist')
  })
})

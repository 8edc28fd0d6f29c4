// A small classifier of PyTorch and images for it: bars that lie, stand, rise or fall, as a folder of one sub-folder per class.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { modelFile } from '../../src/audit/node/model-file.ts'
import { auditSettings } from '../../src/audit/node/request.ts'
import { startAudit } from '../../src/audit/node/run-audit.ts'
import { encodePng } from '../../src/report/node/index.ts'
import { randomStream } from '../../src/util/random.ts'

/** `bench/peers/torch-classifier.py` trained it. */
export const BARS_MODEL = fileURLToPath(new URL('../onnx/pytorch/bars.onnx', import.meta.url))
/** In the model's order. */
export const BARS = ['lying', 'standing', 'rising', 'falling'] as const
const SIZE = 12

function bar(label: number, seed: number): Uint8Array {
  const random = randomStream(seed, `bar/${label}`)
  const offset = random.integer(7) - 3
  const pixels = new Uint8Array(SIZE * SIZE)
  for (let y = 0; y < SIZE; y++)
    for (let x = 0; x < SIZE; x++) {
      const middle = SIZE / 2
      const away = [y - middle - offset, x - middle - offset, x + y - SIZE + 1 - offset, x - y - offset][
        label
      ]!
      pixels[y * SIZE + x] = Math.round(255 * (0.4 * random.uniform() + (Math.abs(away) < 1 ? 0.6 : 0)))
    }
  return pixels
}

/** Writes `each` images of every class. */
export async function writeBars(folder: string, each: number): Promise<void> {
  for (const [label, name] of BARS.entries()) {
    await mkdir(join(folder, name), { recursive: true })
    for (let i = 0; i < each; i++)
      await writeFile(
        join(folder, name, `${String(i).padStart(3, '0')}.png`),
        await encodePng({ width: SIZE, height: SIZE, channels: 1, pixels: bar(label, i) }),
      )
  }
}

/** A quick audit of the classifier on a few bars, into a run folder. */
export async function smallAudit(folder: string, data: string): Promise<void> {
  await writeBars(data, 4)
  const {
    mean: _mean,
    std: _std,
    image: _image,
    labels: _labels,
    ...settings
  } = auditSettings.parse({
    n: 16,
    budget: 'quick',
    threads: 1,
  })
  for await (const _ of startAudit({
    model: await modelFile(BARS_MODEL),
    data: { data },
    folder,
    settings: { ...settings, labels: [...BARS] },
    command: ['sparring', 'audit', 'bars.onnx', '--data', 'bars'],
  }));
}

// The figure of an objective that makes points of the plane: fresh ones before real ones.
import { columnLike } from '../data/source.ts'
import { functionOf } from '../objectives/offer.ts'
import { drawFrom } from '../training/functions.ts'
import { formatCount } from '../util/format.ts'
import { randomStream } from '../util/random.ts'
import type { PictureMaker } from './picture-maker.ts'
import { pointsSvg, someOf } from './sheets.ts'

const COUNT = 2000

export const pointsPicture: PictureMaker = async ({ run, objective, weights, step, examples }) => {
  const generate = functionOf(objective, 'generate')
  const { shape } = generate.output
  const real = await examples()
  const column = real && columnLike(real.columns, 'points', shape)
  const { seed } = run.config.settings
  const made = await drawFrom(weights, generate, COUNT, randomStream(seed, 'sample/points'))
  const behind = column ? someOf(real, column, COUNT) : new Float32Array(0)
  const title = 'Points that are made'
  const words = column ? `, ${formatCount(behind.length / 2)} real ones behind them` : ''
  return [
    {
      name: 'points',
      title,
      caption: `${formatCount(COUNT)} fresh points${words}. Both axes have the same scale. Weights of step ${formatCount(step)}.`,
      alt: `${formatCount(COUNT)} made points${words} in the plane`,
      svg: pointsSvg(behind, made, title),
    },
  ]
}

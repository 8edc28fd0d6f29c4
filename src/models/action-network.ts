// Networks of agents: from what an environment shows to numbers for each action.
import { add, reduceMean, reshape, sub } from '../graph/build.ts'
import { conv2D, dense, flatten, type Layer, layerNormalization, noisyDense, reLU } from '../layers/index.ts'
import { type Network, network } from '../layers/network.ts'
import type { Shape } from '../util/shape.ts'
import { isPicture, NATURE_UNITS, natureLayers } from './nature-dqn.ts'

export interface ActionNetworkOptions {
  /** Of an observation. */
  readonly observation: Shape
  readonly actions: number
  /** Numbers for each action; default 1. */
  readonly perAction?: number
  /** Wang et al. 2016, arXiv:1511.06581: the mean over actions is learned apart from what each is better or worse. Default false. */
  readonly dueling?: boolean
  /** Layers after the convolution have noise of this size at first, see `noisyDense`. Default: none has any */
  readonly noise?: number | undefined
  /** Whether layers are normalized before they are rectified. Default false. */
  readonly normalized?: boolean
  /** Of pictures: channels of the three convolutions; default 32, 64 and 64. */
  readonly filters?: readonly [number, number, number]
  /** Numbers of the layer before the last; default 128, of pictures 512. */
  readonly units?: number
}

/**
 * From an observation `[n, ...shape]` to numbers for each action, `[n, actions * perAction]`. Pictures are seen by the three convolutions of
 * agents on Atari, what lies on a grid by one, as in MinAtar's own agents, a few numbers by two dense layers.
 */
export function actionNetwork({
  observation,
  actions,
  perAction = 1,
  dueling = false,
  noise,
  normalized = false,
  filters,
  units: width = isPicture(observation) ? NATURE_UNITS : 128,
}: ActionNetworkOptions): Network {
  const rectified = (
    layer: (options: { kernelInitializer?: 'heNormal'; activation?: 'relu' }) => Layer,
  ): Layer[] =>
    normalized
      ? [layer({ kernelInitializer: 'heNormal' }), layerNormalization(), reLU()]
      : [layer({ activation: 'relu' })]
  const units =
    (count: number, name?: string) =>
    (options: object): Layer =>
      noise === undefined
        ? dense({ units: count, ...(name ? { name } : {}), ...options })
        : noisyDense({ units: count, sigma: noise, ...(name ? { name } : {}), ...options })
  const trunk = isPicture(observation)
    ? natureLayers(rectified, filters)
    : observation.length === 3
      ? [
          ...rectified((options) => conv2D({ filters: 16, kernelSize: 3, padding: 'valid', ...options })),
          flatten(),
        ]
      : rectified((options) => dense({ units: 128, ...options }))
  const layers = [
    ...trunk,
    ...rectified(
      noise === undefined
        ? units(width, 'features')
        : ({ activation }) => units(width, 'features')(activation ? { activation } : {}),
    ),
  ]
  const advantage = units(actions * perAction, dueling ? 'advantage' : 'values')({})
  const value = units(perAction, 'value')({})
  return network('online', { observation }, (given, apply) => {
    const features = apply(layers, given.observation!)
    const each = apply(advantage, features)
    if (!dueling) return { values: each }
    const [n] = each.shape as [number]
    const apart = reshape(each, [n, actions, perAction])
    const centred = sub(apart, reduceMean(apart, { axes: [1], keepdims: true }))
    const whole = add(reshape(apply(value, features), [n, 1, perAction]), centred)
    return { values: reshape(whole, [n, actions * perAction]) }
  })
}

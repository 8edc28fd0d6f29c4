// The registry of models: adding one is a line.
import { ConfigError } from '../util/errors.ts'
import { nearestName } from '../util/nearest-name.ts'
import { c51, dqn, fullRainbow, rainbow } from './agent.ts'
import { capsulesModel } from './capsules.ts'
import { classifier } from './classifier.ts'
import { commnet } from './commnet.ts'
import { conditionalDcgan } from './conditional-dcgan.ts'
import { conditionalGan } from './conditional-gan.ts'
import { convVae } from './conv-vae.ts'
import { cryptography } from './cryptography.ts'
import { dcgan } from './dcgan.ts'
import { dcgan64 } from './dcgan-64.ts'
import { deepVae } from './deep-vae.ts'
import { efficientCapsnet } from './efficient-capsnet.ts'
import { ENCODERS } from './encoders.ts'
import { improvedGan } from './improved-gan.ts'
import { mlpGan } from './mlp-gan.ts'
import { mlpPoints } from './mlp-points.ts'
import type { ModelDefinition } from './model.ts'
import { pqn } from './pqn.ts'
import { r3gan } from './r3gan.ts'
import { fixmatch, vat } from './semi-supervised.ts'
import { shallowVae } from './shallow-vae.ts'

export const MODELS: readonly ModelDefinition[] = [
  mlpGan,
  dcgan,
  dcgan64,
  deepVae,
  shallowVae,
  convVae,
  conditionalGan,
  conditionalDcgan,
  mlpPoints,
  r3gan,
  classifier,
  capsulesModel,
  efficientCapsnet,
  dqn,
  c51,
  rainbow,
  ...ENCODERS,
  improvedGan,
  fullRainbow,
  pqn,
  cryptography,
  commnet,
  fixmatch,
  vat,
]

/** @throws ConfigError listing the models, with the nearest name, when there is none of this one */
export function modelNamed(name: string): ModelDefinition {
  const found = MODELS.find((model) => model.name === name)
  if (found) return found
  const names = MODELS.map((model) => model.name)
  const near = nearestName(name, names)
  throw new ConfigError(
    `unknown model "${name}"${near ? `; did you mean "${near}"?` : '.'} Known models: ${names.join(', ')}`,
  )
}

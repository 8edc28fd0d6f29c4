// `sparring summary <model>`: Keras' table of each network of a model.
import type { Command } from 'commander'
import { resolveSettings } from '../../lifecycle/request.ts'
import { type Setting, settingsOf } from '../../lifecycle/setting.ts'
import { formatSummary, imageFacts, type ModelDefinition, summarize } from '../../models/index.ts'
import { flagOf } from '../../util/flag.ts'
import { addFlags, givenFlags } from '../flags.ts'
import { addExamples } from '../help.ts'
import { resolveGiven } from '../resolve.ts'
import type { Session } from '../session.ts'
import type { Define } from './command.ts'
import { modelCommands } from './model-commands.ts'

const IMAGE_SHAPE = /^[1-9]\d{0,4}x[1-9]\d{0,4}x[1-9]\d{0,2}$/

/** The shape of the images that a model was made for; undefined of one that learns something else. */
const madeFor = ({ madeFor: { columns } }: ModelDefinition): string | undefined =>
  columns.images?.shape.join('x')

const imageShapeOf = (model: ModelDefinition): Setting => ({
  name: 'imageShape',
  flag: '--image-shape',
  variable: 'SPARRING_IMAGE_SHAPE',
  kind: 'text',
  placeholder: '<HxWxC>',
  integer: false,
  description: 'height, width and channels of an image',
  default: madeFor(model),
  expected: 'height x width x channels such as 28x28x1',
  accepts: (value) => typeof value === 'string' && IMAGE_SHAPE.test(value),
})

function summary(model: ModelDefinition, settings: readonly Setting[], sub: Command, session: Session): void {
  const flags = givenFlags(sub, settings)
  const { imageShape: shape = madeFor(model), ...given } = resolveGiven(settings, {
    flags,
    environment: {},
  })
  const { options } = resolveSettings(model.name, given)
  const data =
    shape === undefined
      ? model.madeFor
      : imageFacts(String(shape).split('x').map(Number), { classes: model.madeFor.classes })
  const { networks } = model.objective(options, data)
  const summaries = Object.values(networks).map(summarize)
  // The settings may depend on each other, as those of an objective do: nowhere else are they seen without a training.
  const complete = Object.entries(options).map(([name, value]) => `${flagOf(name)} ${String(value)}`)
  session.finish(
    { model: model.name, networks: summaries, settings: options },
    [...summaries.map(formatSummary), `Settings: ${complete.join(' ')}`].join('\n\n'),
  )
}

export const define: Define = (command, session) => {
  command.description("Show the layers, output shapes and parameters of a model's networks.")
  modelCommands(command, (sub, model) => {
    const settings = [...(madeFor(model) ? [imageShapeOf(model)] : []), ...settingsOf(model.options)]
    addFlags(sub, settings).action(() => summary(model, settings, sub, session))
    addExamples(sub, [
      [`sparring summary ${model.name}`, 'one table per network'],
      madeFor(model)
        ? [`sparring summary ${model.name} --image-shape 32x32x3 --json`, 'for colour images, as data']
        : [`sparring summary ${model.name} --json`, 'as data'],
    ])
  })
  return addExamples(command, [
    ['sparring summary mlp-gan', 'the tables of the generator and the discriminator'],
  ])
}

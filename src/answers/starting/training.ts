// How a training is begun.
import { splitDataOptions } from '../../lifecycle/data-settings.ts'
import { commonSettingsOf, resolveSettings } from '../../lifecycle/request.ts'
import { settingsOf } from '../../lifecycle/setting.ts'
import { MODELS, modelNamed } from '../../models/index.ts'
import { OWN_DATA, usualData } from '../../models/model.ts'
import { TRAINING } from '../../runs/index.ts'
import { isTraining } from '../../runs/node/index.ts'
import { dataChoices } from './data-choices.ts'
import { fieldOf, type Startable } from './start.ts'

export const trainingStart: Startable = {
  recipe: TRAINING.name,
  form: async ({ runs }) => ({
    title: 'Train a model',
    lead: 'It trains in a process of its own, and goes on when you close this page.',
    action: 'Start training',
    command: 'train',
    folderFlag: '--run',
    subject: {
      title: 'Model',
      choices: MODELS.map((model) => ({
        name: model.name,
        summary: model.description,
        // Points for a model of points.
        ...(usualData(model) === OWN_DATA ? { hasOwnData: true } : { data: { name: usualData(model) } }),
        settings: [
          ...settingsOf(commonSettingsOf(model), { ...model.defaults }).map(fieldOf(false)),
          ...settingsOf(model.options).map(fieldOf(true)),
        ],
      })),
    },
    examples: MODELS.flatMap((model) =>
      (model.examples ?? []).map((example) => ({
        model: model.name,
        ...(usualData(model) === OWN_DATA ? {} : { data: usualData(model) }),
        ...example,
      })),
    ),
    data: {
      choices: dataChoices(
        runs
          .filter(isTraining)
          .flatMap(({ config: { data } }) => data.parts?.map(({ name }) => name) ?? [data.name]),
        'any',
      ),
    },
    first: { title: 'Training', settings: ['steps', 'batchSize', 'seed'] },
    rest: 'what is saved and measured, images, threads',
  }),
  check({ model, data = '', settings }) {
    resolveSettings(modelNamed(model).name, splitDataOptions(data, settings).settings)
  },
}

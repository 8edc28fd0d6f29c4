// How an audit is begun: of a classifier that a run here trained, or of an ONNX file in the runs folder.
import { z } from 'zod'
import { auditSettings, CLASS_NAMES } from '../../audit/node/request.ts'
import { splitDataOptions } from '../../lifecycle/data-settings.ts'
import { knownParts } from '../../lifecycle/run-parts.ts'
import { checkNames, checkSettings, settingsOf } from '../../lifecycle/setting.ts'
import { AUDIT, type AuditConfig } from '../../runs/audit.ts'
import { isTraining, type RunListing } from '../../runs/node/index.ts'
import { ConfigError } from '../../util/errors.ts'
import { formatSize } from '../../util/format.ts'
import { dataChoices } from './data-choices.ts'
import { filesIn } from './files-in.ts'
import { fieldOf, type Known, type Startable, type StartChoice } from './start.ts'

/** Classes are named here: pages name no places on the disk, so no file that holds the names. */
const SETTINGS = auditSettings.extend({
  labels: z
    .string()
    .regex(CLASS_NAMES, 'expected names separated by commas')
    .optional()
    .describe("names of the model's classes in its order, separated by commas, where the data has another"),
})
const ENDING = '.onnx'

const isAudit = (run: RunListing): run is RunListing & { readonly config: AuditConfig } =>
  'run' in run && run.run.recipe.name === AUDIT.name

async function choicesIn({ folder, runs }: Known): Promise<StartChoice[]> {
  const settings = settingsOf(SETTINGS).map(fieldOf(false))
  const trained = runs.filter(isTraining).flatMap(({ name, config, run }): StartChoice[] => {
    if (!knownParts(config)?.classifier) return []
    const { model, data, seed } = run.recipe.subject(config)
    const { options } = config.data
    return [
      {
        name,
        summary: `a run: ${model} on ${data.split(/[\\/]/).at(-1)}, seed ${seed}`,
        settings,
        isInFolder: true,
        data: { name: data, ...(options ? { options } : {}) },
      },
    ]
  })
  const files = await filesIn(folder, ENDING)
  return [
    ...trained,
    ...files.map(({ name, bytes }) => ({
      name,
      summary: `an ONNX file of ${formatSize(bytes)}`,
      settings,
      isInFolder: true,
    })),
  ]
}

export const auditStart: Startable = {
  recipe: AUDIT.name,
  form: async (known) => ({
    title: 'Audit a classifier',
    lead: 'It is attacked in a process of its own, which goes on when you close this page.',
    action: 'Start the audit',
    command: 'audit',
    folderFlag: '--out',
    called: AUDIT.name,
    subject: {
      title: 'Classifier',
      choices: await choicesIn(known),
      upload: {
        ending: ENDING,
        what: 'an ONNX file of an image classifier, whatever program it is from',
        note: 'One that keeps its numbers in a second file must be put there by hand, together with it.',
      },
    },
    data: {
      choices: dataChoices(
        known.runs.flatMap((run) => (isTraining(run) || isAudit(run) ? [run.config.data.name] : [])),
      ),
      what: 'Images with labels.',
    },
    first: { title: 'Attacks', settings: ['norm', 'eps', 'n', 'budget', 'seed'] },
    rest: 'how the file takes images, names of classes, certificates, a patch, threads',
  }),
  check({ model, data = '', settings }, { subject: { choices } }) {
    if (!choices.some(({ name }) => name === model))
      throw new ConfigError(
        `there is no classifier "${model.slice(0, 130)}" in this folder: expected a run that trained one, or the name of an ONNX file that lies in the folder; got ${choices.length === 0 ? 'none of them there' : `one of ${choices.map(({ name }) => name).join(', ')} there`}`,
      )
    const own = splitDataOptions(data, settings).settings
    checkNames(AUDIT.called, Object.keys(SETTINGS.shape), own)
    checkSettings(SETTINGS, own)
  },
}

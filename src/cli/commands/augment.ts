// `sparring augment <run>`: a labelled data set of generated images.
import { resolve } from 'node:path'
import { z } from 'zod'
import type { AugmentEvent, AugmentRequest } from '../../lifecycle/augment-run.ts'
import { FORMATS } from '../../lifecycle/generated-set.ts'
import { movedData, settingsOf, textSetting } from '../../lifecycle/setting.ts'
import { formatCount } from '../../util/format.ts'
import { MOST } from '../../util/limits.ts'
import { evaluationDrawer } from '../evaluation-progress.ts'
import { InterruptedError } from '../exit-codes.ts'
import { addFlags, givenFlags } from '../flags.ts'
import { formatPath } from '../format-path.ts'
import { addExamples } from '../help.ts'
import { onInterrupt } from '../interrupt.ts'
import { resolveGiven } from '../resolve.ts'
import { columns } from '../result-text.ts'
import { addRun } from '../run-argument.ts'
import type { Session } from '../session.ts'
import { flagsOf } from '../training.ts'
import type { Define } from './command.ts'

const SET = z.object({
  n: z.int().min(1).max(MOST.digits).default(10_000).describe('number of images of the set'),
  seed: z.int().min(0).default(1).describe('seed of the latents: the same seed gives the same set'),
  format: z
    .enum(FORMATS)
    .default('png')
    .describe('PNG files, each marked as generated, in one folder per class, or IDX files as MNIST has them'),
  confident: z
    .number()
    .gt(0)
    .max(1)
    .optional()
    .describe('only images to whose class the classifier gives at least this probability, such as 0.9'),
  force: z.boolean().default(false).describe('replace a set of generated images that is there'),
})

const SETTINGS = [
  textSetting('out', '<folder>', 'folder of the set (default: augmented-<run>)'),
  ...settingsOf(SET),
  textSetting('class', '<name>', 'only images of this class, by its name or number (default: all)'),
  textSetting(
    'classifier',
    '<run|model.onnx|none>',
    'what names the images of a model that is not told the class, and says how sure it is (default: the classifier that measures use)',
  ),
  movedData,
]

/** Draws the events as they come. */
function drawer(session: Session): (event: AugmentEvent) => void {
  const before = evaluationDrawer(session)
  const { terminal, style } = session
  let told = 0
  return (event) => {
    switch (event.type) {
      case 'images':
      case 'extractor':
        before(event)
        return
      case 'generated': {
        const { done, total, drawn } = event
        const text = `generating: ${formatCount(done)} of ${formatCount(total)} images${drawn > done ? `, of ${formatCount(drawn)} made` : ''}`
        if (terminal.live) terminal.status((width) => style.faint(text.slice(0, width - 1)))
        else if (done === total || performance.now() - told > 10_000) {
          told = performance.now()
          terminal.print(text)
        }
        return
      }
      case 'writing':
        if (terminal.live) terminal.status(() => style.faint('writing the files ...'))
        return
      case 'result':
        terminal.close()
    }
  }
}

export const define: Define = (command, session) => {
  addRun(addFlags(command, SETTINGS))
    .description(
      'Make a labelled data set of images that a run generates, to train on or to look at: each image is marked as generated, and a manifest says how to make the same again.',
    )
    .usage('<run> [flags]')
    .action(async (run: string) => {
      const given = resolveGiven(SETTINGS, { flags: givenFlags(command, SETTINGS), environment: {} })
      const { n, ...rest } = SET.parse(given)
      const { out = `augmented-${resolve(run).split(/[\\/]/).at(-1)}`, ...texts } = given as {
        out?: string
        class?: string
        classifier?: string
        dataDir?: string
      }
      const controller = new AbortController()
      const release = onInterrupt({
        stop: () => controller.abort(new InterruptedError('stopped; nothing was written')),
        quit: () => session.terminal.close(),
      })
      try {
        const { augmentRun } = await import('../../lifecycle/index.ts')
        const request: AugmentRequest = {
          run,
          count: n,
          out,
          ...rest,
          class: texts.class,
          classifier: texts.classifier,
          dataDir: texts.dataDir,
          command: [
            'sparring',
            'augment',
            resolve(run),
            ...flagsOf(SETTINGS, { ...given, n, out: undefined }),
          ],
          signal: controller.signal,
        }
        const draw = drawer(session)
        for await (const event of augmentRun(request)) {
          draw(event)
          if (event.type !== 'result') continue
          const { folder, manifest } = event.result
          const { count, drawn, classes, files, labels, classifier } = manifest
          session.finish(
            event.result,
            [
              `${formatCount(count)} images, ${files === 'png' ? 'PNG files marked as generated' : 'IDX files'}: ${formatPath(folder)}`,
              ...(drawn > count && manifest.confident !== undefined
                ? [
                    `${formatCount(drawn)} were made; those of which the classifier was less sure were left out`,
                  ]
                : []),
              ...(labels === 'classifier' && classifier ? [`named by ${formatPath(classifier.name)}`] : []),
              '',
              ...columns(classes.map(({ name, count: each }) => [name, formatCount(each)])),
            ].join('\n'),
          )
        }
      } finally {
        release()
      }
    })
  return addExamples(command, [
    ['sparring augment runs/conditional --n 10000 --out generated', 'a thousand images of each digit'],
    ['sparring train classifier --data mnist --labels 100 --data generated', 'train on both'],
    ['sparring augment runs/vae --n 5000 --confident 0.9', 'named by a classifier, where it is sure'],
    ['sparring augment runs/dcgan --classifier runs/finetune-100', 'named by a classifier of few labels'],
  ])
}

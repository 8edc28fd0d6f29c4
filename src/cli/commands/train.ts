// `sparring train <model>`: one sub-command per model, with a flag for each of its options.
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import type { RunRequest } from '../../lifecycle/request.ts'
import type { ModelDefinition } from '../../models/index.ts'
import type { CodeRecord } from '../../models/own.ts'
import { readConfigFile } from '../config-file.ts'
import { EXIT } from '../exit-codes.ts'
import { addFlags, givenFlags } from '../flags.ts'
import { addExamples } from '../help.ts'
import { resultText } from '../result-text.ts'
import type { Session } from '../session.ts'
import { commandOf, defaultRunFolder, printedConfig, resolveTraining, trainingSettings } from '../training.ts'
import { watchRun } from '../watch-run.ts'
import type { Define } from './command.ts'
import { modelCommands } from './model-commands.ts'

async function train(
  model: ModelDefinition,
  code: CodeRecord | undefined,
  command: Command,
  session: Session,
): Promise<void> {
  const settings = trainingSettings(model)
  const options = command.opts<{ config?: string; printConfig?: boolean }>()
  const { environment } = session
  const training = resolveTraining(model, {
    flags: givenFlags(command, settings),
    environment,
    file: options.config === undefined ? undefined : await readConfigFile(options.config),
    code,
  })
  if (options.printConfig) {
    const config = printedConfig(training)
    session.finish(config, JSON.stringify(config, null, 2))
    return
  }
  const { startRun } = await import('../../lifecycle/index.ts')
  const request: Omit<RunRequest, 'signal'> = {
    model: code ? model : model.name,
    code,
    data: training.data,
    dataDir: training.dataDir,
    dataOptions: training.dataOptions,
    folder: training.run ?? defaultRunFolder(model.name, new Date(), (folder) => existsSync(resolve(folder))),
    settings: training.given,
    command: commandOf(training, settings),
  }
  const { result, metrics } = await watchRun(session, (signal) => startRun({ ...request, signal }))
  session.finish(result, resultText(result, metrics, session.resultStyle))
  if (result.outcome === 'stopped') session.exitCode = EXIT.interrupted
}

export const define: Define = (command, session) => {
  command.description('Train a model into a new run folder.')
  const own = async (file: string) => (await import('../../lifecycle/own-code.ts')).openModelFile(file)
  const defineOne = (sub: Command, model: ModelDefinition, code?: CodeRecord): void => {
    const name = sub.name()
    addFlags(sub, trainingSettings(model))
      .option('--config <file>', 'JSON file with any of these settings, named as --print-config prints them')
      .option('--print-config', 'print the resolved configuration as JSON and stop')
      .action(() => train(model, code, sub, session))
    addExamples(sub, [
      [`sparring train ${name} --steps 2000 --seed 7`, 'a shorter training'],
      ...(model.source
        ? ([[`sparring train ${name} --run runs/first`, 'into a folder of that name']] as const)
        : ([
            [`sparring train ${name} --data mnist --run runs/first`, 'on MNIST'],
            [`sparring train ${name} --data photos --image-size 64`, 'on a folder of images of any size'],
          ] as const)),
      [`SPARRING_STEPS=500 sparring train ${name} --print-config`, 'show what would be done'],
      [`sparring train ${name} --config mine.json --json`, 'settings from a file, for scripts'],
    ]).addHelpText(
      'after',
      '\nA flag such as --batch-size goes before the environment variable SPARRING_BATCH_SIZE, which goes before\n' +
        '"batchSize" in the file of --config, which goes before the default.',
    )
  }
  modelCommands(command, defineOne, own)
  return addExamples(command, [
    ['sparring train mlp-gan', 'train on the built-in digits'],
    ['sparring train mlp-gan --data mnist --steps 2000', 'on MNIST, fewer steps'],
    ['sparring train dcgan-64 --data photos', 'on a folder of images, scaled and cropped to 64x64'],
    ['sparring train ./my-gan.mjs', 'a model of your own, from a file: see examples/my-gan.mjs'],
    ['sparring train mlp-gan --help', 'all flags of a model'],
  ])
}

// `sparring export <run>`: the networks of the newest checkpoint as ONNX files.

import { textSetting } from '../../workflow/setting.ts'
import { addFlags, givenFlags } from '../flags.ts'
import { addExamples } from '../help.ts'
import { resolveGiven } from '../resolve.ts'
import { fileRows } from '../result-text.ts'
import type { Define } from './command.ts'

const SETTINGS = [
  textSetting('network', '<name>', 'only this network, such as generator (default: all)'),
  textSetting('out', '<folder>', 'where the files go (default: the run folder)'),
]

export const define: Define = (command, session) => {
  addFlags(command, SETTINGS)
    .description(
      'Write the networks of the newest checkpoint of a run as ONNX files, which any runtime opens.',
    )
    .usage('<run> [flags]')
    .argument('<run>', 'folder of the run')
    .action(async (folder: string) => {
      const given: { network?: string; out?: string } = resolveGiven(SETTINGS, {
        flags: givenFlags(command, SETTINGS),
        environment: {},
      })
      const { exportRun } = await import('../../workflow/index.ts')
      const { files } = await exportRun(folder, given)
      session.finish({ files }, fileRows(files, session.resultStyle).join('\n'))
    })
  return addExamples(command, [
    ['sparring export runs/first', 'all networks, into the run folder'],
    ['sparring export runs/first --network generator --out models', 'one of them, elsewhere'],
  ])
}

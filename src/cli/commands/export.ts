// `sparring export <run>`: the networks of the newest checkpoint as ONNX files, or the whole run as one page.

import { textSetting } from '../../lifecycle/setting.ts'
import { ConfigError } from '../../util/errors.ts'
import { addFlags, givenFlags } from '../flags.ts'
import { addExamples } from '../help.ts'
import { resolveGiven } from '../resolve.ts'
import { fileRows } from '../result-text.ts'
import { addRun } from '../run-argument.ts'
import type { Define } from './command.ts'

const SETTINGS = [
  textSetting('network', '<name>', 'only this network, such as generator (default: all)'),
  textSetting('out', '<folder>', 'where the files go (default: the run folder)'),
  textSetting(
    'page',
    '<file.html>',
    'instead, the run as one page that works offline: curves, samples, latent space',
  ),
]

export const define: Define = (command, session) => {
  addRun(addFlags(command, SETTINGS))
    .description(
      'Write the networks of the newest checkpoint of a run as ONNX files, which any runtime opens, or the whole run as one page.',
    )
    .usage('<run> [flags]')
    .action(async (folder: string) => {
      const given: { network?: string; out?: string; page?: string } = resolveGiven(SETTINGS, {
        flags: givenFlags(command, SETTINGS),
        environment: {},
      })
      if (given.page !== undefined) {
        if (given.network !== undefined || given.out !== undefined)
          throw new ConfigError(
            '--page writes one file that holds everything: leave out --network and --out, or export twice',
          )
        const { writeExportedPage } = await import('../../server/index.ts')
        const { page, bytes } = await writeExportedPage(folder, given.page)
        session.finish(
          { files: { page }, bytes },
          fileRows({ [`page, ${(bytes / 1e6).toFixed(1)} MB`]: page }, session.resultStyle).join('\n'),
        )
        return
      }
      const { exportRun } = await import('../../lifecycle/index.ts')
      const { files } = await exportRun(folder, given)
      session.finish({ files }, fileRows(files, session.resultStyle).join('\n'))
    })
  return addExamples(command, [
    ['sparring export runs/first', 'all networks, into the run folder'],
    ['sparring export runs/first --page first.html', 'the run as a page to send to somebody'],
    ['sparring export runs/first --network generator --out models', 'one of them, elsewhere'],
  ])
}

// `sparring encrypt <run> <file>`: a trained pair encrypts, beside AES. A demonstration.
import { join } from 'node:path'
import { z } from 'zod'
import type { EncryptResult } from '../../lifecycle/index.ts'
import { settingsOf, textSetting } from '../../lifecycle/setting.ts'
import { formatCount, formatPercent } from '../../util/format.ts'
import { addFlags, givenFlags } from '../flags.ts'
import { addExamples } from '../help.ts'
import { resolveGiven } from '../resolve.ts'
import { columns, fileRows } from '../result-text.ts'
import { addRun } from '../run-argument.ts'
import type { Define } from './command.ts'

const ENCRYPT = z.object({
  mode: z
    .enum(['ecb', 'ctr'])
    .default('ecb')
    .describe('every block for itself, or a stream of encrypted counters'),
  bytes: z.boolean().default(false).describe('take a picture for the bytes of its file'),
})
const SETTINGS = [
  ...settingsOf(ENCRYPT),
  textSetting('key', '<hex>', 'the key (default: drawn by chance, and told)'),
  textSetting('out', '<folder>', 'folder for message and pictures (default: encrypted, in the run folder)'),
]

type Leak = EncryptResult['leaks'][number]

/** What a ciphertext tells, in one line. */
const leakText = ({ messageBlocks, sentBlocks, entropy, edgeCorrelation, avalanche }: Leak): string =>
  [
    `${formatCount(sentBlocks.distinct)} different blocks of ${formatCount(sentBlocks.all)} (message: ${formatCount(messageBlocks.distinct)})`,
    ...(edgeCorrelation === undefined
      ? []
      : [`edges ${edgeCorrelation === null ? 'none' : edgeCorrelation.toFixed(2)}`]),
    `entropy ${entropy.toFixed(2)}`,
    `a bit of the message changes ${formatPercent(avalanche.byMessageBit)}, of the key ${formatPercent(avalanche.byKeyBit)} of a block`,
  ].join(', ')

export const define: Define = (command, session) => {
  addRun(addFlags(command, SETTINGS))
    .argument('<file>', 'a picture, whose pixels are encrypted, or any other file')
    .description(
      'Let the trained Alice of a run encrypt a picture or any file, and hold what is sent beside AES-128: pictures side by side, and what each ciphertext tells. This shows how networks learn against each other; it is no cipher and protects nothing.',
    )
    .usage('<run> <file> [flags]')
    .action(async (run: string, file: string) => {
      const given = resolveGiven(SETTINGS, { flags: givenFlags(command, SETTINGS), environment: {} })
      const { encryptRun } = await import('../../lifecycle/index.ts')
      session.terminal.status(() => session.style.faint('encrypting ...'))
      const result = await encryptRun({
        run,
        file,
        ...ENCRYPT.parse(given),
        key: given.key as string | undefined,
        out: (given.out as string | undefined) ?? join(run, 'encrypted'),
      })
      const { files, leaks, key, corrected, bytes, note } = result
      session.finish(
        result,
        [
          session.resultStyle.warn(note),
          '',
          `${formatCount(bytes)} bytes; key ${key}`,
          `Bob alone would get ${formatCount(corrected)} of ${formatCount(8 * bytes)} bits wrong; where they are is sent along`,
          '',
          ...columns(
            leaks.map((leak) => [leak.name, leakText(leak)] as const),
            session.resultStyle,
          ),
          '',
          ...fileRows({ ...files }, session.resultStyle),
        ].join('\n'),
      )
    })
  return addExamples(command, [
    ['sparring encrypt runs/cryptography picture.png', 'what is sent, beside AES-128 in both modes'],
    ['sparring encrypt runs/cryptography letter.txt --mode ctr --key 5a17', 'by a stream of counters'],
  ])
}

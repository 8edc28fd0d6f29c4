// `sparring decrypt <run> <message>`: gives back every bit of what a trained pair encrypted, or says why not.
import { textSetting } from '../../lifecycle/setting.ts'
import { ConfigError } from '../../util/errors.ts'
import { formatCount } from '../../util/format.ts'
import { addFlags, givenFlags } from '../flags.ts'
import { formatPath } from '../format-path.ts'
import { addExamples } from '../help.ts'
import { resolveGiven } from '../resolve.ts'
import { addRun } from '../run-argument.ts'
import type { Define } from './command.ts'

const SETTINGS = [
  textSetting('key', '<hex>', 'the key that "sparring encrypt" told'),
  textSetting('out', '<file>', 'file to write; a picture is written as PNG'),
]

/** @throws ConfigError for a flag that is missing */
function needed(given: Readonly<Record<string, unknown>>, name: 'key' | 'out', example: string): string {
  if (typeof given[name] === 'string') return given[name]
  throw new ConfigError(`decrypt needs --${name}, such as --${name} ${example}`)
}

export const define: Define = (command, session) => {
  addRun(addFlags(command, SETTINGS))
    .argument('<message>', 'message.safetensors, as "sparring encrypt" wrote it')
    .description(
      'Let the trained Bob of a run decrypt what Alice encrypted. What he gets wrong is put right by what was sent along; when it is not the message bit for bit, nothing is written. This shows how networks learn against each other; it is no cipher and protects nothing.',
    )
    .usage('<run> <message> --key <hex> --out <file>')
    .action(async (run: string, file: string) => {
      const given = resolveGiven(SETTINGS, { flags: givenFlags(command, SETTINGS), environment: {} })
      const key = needed(given, 'key', '5a17')
      const out = needed(given, 'out', 'picture.png')
      const { decryptRun } = await import('../../lifecycle/index.ts')
      const result = await decryptRun({ run, file, key, out })
      session.finish(
        result,
        [
          `${formatCount(result.bytes)} bytes, bit for bit; ${formatCount(result.corrected)} bits that Bob got wrong were put right`,
          session.resultStyle.warn(result.note),
          '',
          formatPath(result.file),
        ].join('\n'),
      )
    })
  return addExamples(command, [
    [
      'sparring decrypt runs/cryptography runs/cryptography/encrypted/message.safetensors --key 5a17 --out back.png',
      'the picture as it was',
    ],
  ])
}

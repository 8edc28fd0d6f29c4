// `sparring doctor`: checks that this machine is ready, one line per check.
import { EXIT } from '../exit-codes.ts'
import { addExamples } from '../help.ts'
import type { Define } from './command.ts'

export const define: Define = (command, session) => {
  command
    .description(
      'Check that this machine is ready: Node, processor, memory, the runtime and its speed, the data cache, fonts.',
    )
    .usage('[flags]')
    .action(async () => {
      const { examine } = await import('../doctor.ts')
      const findings = await examine({ environment: session.environment })
      const { good, warn, bad, faint } = session.resultStyle
      const paint = { ok: good, warn, fail: bad }
      const width = Math.max(...findings.map(({ name }) => name.length))
      const lines = findings.flatMap(({ name, status, found, remedy }) => [
        `${paint[status](status.padEnd(4))}  ${name.padEnd(width)}  ${found}`,
        ...(remedy ? [`${' '.repeat(width + 8)}${faint(remedy)}`] : []),
      ])
      const ready = findings.every(({ status }) => status !== 'fail')
      session.finish({ ready, findings }, lines.join('\n'))
      if (!ready) session.exitCode = EXIT.unsupported
    })
  return addExamples(command, [
    ['sparring doctor', 'one line per check'],
    ['sparring doctor --json', 'the same as data'],
  ])
}

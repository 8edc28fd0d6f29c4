// Exit codes of the command line, and which error means which.
import { CommanderError } from 'commander'
import { messageOf } from '../util/errors.ts'

export const EXIT = {
  ok: 0,
  internal: 1,
  usage: 2,
  data: 3,
  diverged: 4,
  unsupported: 5,
  below: 6,
  interrupted: 130,
} as const

/** What each code means, as `--help` and the README list them. */
export const EXIT_CODES: readonly { readonly code: number; readonly meaning: string }[] = [
  { code: EXIT.ok, meaning: 'done' },
  { code: EXIT.internal, meaning: 'unexpected error in sparring itself' },
  { code: EXIT.usage, meaning: 'wrong command, flag, setting or configuration file' },
  { code: EXIT.data, meaning: 'data, files or disk: missing, damaged, unwritable, full' },
  { code: EXIT.diverged, meaning: 'training diverged: a loss or weight is not finite' },
  { code: EXIT.unsupported, meaning: 'not supported here: platform, runtime or operator' },
  { code: EXIT.below, meaning: 'an audit found less strength than --fail-under asks for' },
  { code: EXIT.interrupted, meaning: 'interrupted; the run can be resumed' },
]

/** Why a command failed. `kind` is one word for machines. */
export interface Failure {
  readonly kind: 'internal' | 'usage' | 'config' | 'data' | 'diverged' | 'unsupported' | 'interrupted'
  readonly message: string
  readonly exitCode: number
}

/** The user stopped the command before it had anything to keep. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError'
}

const KINDS: Readonly<Record<string, Pick<Failure, 'kind' | 'exitCode'>>> = {
  ConfigError: { kind: 'config', exitCode: EXIT.usage },
  DataError: { kind: 'data', exitCode: EXIT.data },
  ShapeError: { kind: 'data', exitCode: EXIT.data },
  DivergedError: { kind: 'diverged', exitCode: EXIT.diverged },
  UnsupportedError: { kind: 'unsupported', exitCode: EXIT.unsupported },
  InterruptedError: { kind: 'interrupted', exitCode: EXIT.interrupted },
}

/** Errors of the operating system carry the call that failed, e.g. `open` with ENOSPC. */
const isSystemError = (error: Error): boolean =>
  'syscall' in error && 'code' in error && /^E[A-Z0-9]+$/.test(String(error.code))

/** Sorts anything that was thrown. Errors of the rooms are known by name, so that none has to be loaded here. */
export function failureOf(error: unknown): Failure {
  if (error instanceof CommanderError)
    return { kind: 'usage', message: error.message.replace(/^error: /, ''), exitCode: EXIT.usage }
  const message = messageOf(error)
  if (!(error instanceof Error)) return { kind: 'internal', message, exitCode: EXIT.internal }
  const known = Object.hasOwn(KINDS, error.name) ? KINDS[error.name] : undefined
  if (known) return { ...known, message }
  if (isSystemError(error)) return { kind: 'data', message, exitCode: EXIT.data }
  return { kind: 'internal', message, exitCode: EXIT.internal }
}

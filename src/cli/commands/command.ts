// What a command is: a line in the list, and a module that is loaded only when the command is named.
import type { Command } from 'commander'
import type { Session } from '../session.ts'

/** Gives a command its arguments, flags, help and action. */
export type Define = (command: Command, session: Session) => Command | Promise<Command>

export interface CommandEntry {
  readonly name: string
  /** What follows the name, in lists. */
  readonly usage: string
  readonly summary: string
  /** Loads what the command needs. */
  load(): Promise<{ readonly define: Define }>
}

// What a kind of run says of how it is begun: what a form asks for, and the command that begins it.

import type { Setting } from '../../lifecycle/setting.ts'
import type { RunListing } from '../../runs/node/index.ts'

/** A setting in the form that starts a run. */
export interface SettingField {
  readonly name: string
  readonly kind: 'number' | 'text' | 'boolean' | 'choice'
  /** What it means, with its unit. */
  readonly description: string
  readonly default?: string | number | boolean
  readonly minimum?: number
  readonly maximum?: number
  /** Limits that are themselves too small, or too large. */
  readonly above?: number
  readonly below?: number
  readonly integer?: boolean
  /** Of texts: the regular expression that they fit. */
  readonly pattern?: string
  readonly choices?: readonly (string | number)[]
  /** What it takes, in words: `a number above 0`. */
  readonly expected: string
  /** Whether it belongs to what was chosen, as a model's own do; else every run of the kind has it. */
  readonly own: boolean
}

/** What a run can be of: a model that is trained, a file that is looked at. */
export interface StartChoice {
  readonly name: string
  readonly summary: string
  readonly settings: readonly SettingField[]
  /** Data that goes with it, chosen unless another is; `options` are what it was prepared with. */
  readonly data?: { readonly name: string; readonly options?: Readonly<Record<string, unknown>> }
}

/** The form of a kind of run. */
export interface StartForm {
  /** The kind, as `config.json` has it. */
  readonly recipe: string
  /** What is done, as one of several things: `Train a model`. */
  readonly title: string
  /** What will happen, in a sentence. */
  readonly lead: string
  /** On the button: `Start training`. */
  readonly action: string
  /** The run is begun by `sparring <command> <choice> --data <data> <folderFlag> <folder>`. */
  readonly command: string
  readonly folderFlag: string
  /** What the run's folder is called after where nobody names it; default: what was chosen. */
  readonly called?: string
  readonly subject: {
    /** `Model` */
    readonly title: string
    readonly choices: readonly StartChoice[]
    /** They are files and folders of the runs folder, and named by a path. */
    readonly areInFolder: boolean
    /** A file that may be put into the runs folder, to be chosen. */
    readonly upload?: {
      /** How its name ends, with the dot. */
      readonly ending: string
      /** What it should hold, in words. */
      readonly what: string
    }
  }
  readonly data: {
    /** Data sets, the default first, with the settings that each has of its own. */
    readonly choices: readonly { readonly name: string; readonly settings: readonly SettingField[] }[]
    /** What it must have, in words. */
    readonly what?: string
  }
  /** The settings that come first, under their title, and what the rest is about. */
  readonly first: { readonly title: string; readonly settings: readonly string[] }
  readonly rest: string
}

/** What a page asks for. */
export interface StartRequest {
  readonly recipe: string
  /** The choice. */
  readonly model: string
  readonly data: string
  /** Name of the run's folder; default: the choice and the time. */
  readonly name?: string | undefined
  readonly settings: Readonly<Record<string, string | number | boolean>>
}

/** What forms are made of. */
export interface Known {
  /** The runs folder. */
  readonly folder: string
  /** The runs in it, newest first. */
  readonly runs: readonly RunListing[]
}

export interface Startable {
  form(known: Known): Promise<StartForm>
  /** @throws ConfigError for a choice or settings that it would refuse */
  check(request: StartRequest, form: StartForm): void
}

/** A setting as a form takes it. */
export const fieldOf =
  (own: boolean) =>
  ({
    name,
    kind,
    description,
    integer,
    minimum,
    maximum,
    above,
    below,
    pattern,
    choices,
    expected,
    default: value,
  }: Setting): SettingField => ({
    name,
    kind: choices ? 'choice' : kind,
    description,
    integer,
    own,
    expected,
    ...(value === undefined ? {} : { default: value as string | number | boolean }),
    ...(minimum === undefined ? {} : { minimum }),
    ...(maximum === undefined ? {} : { maximum }),
    ...(above === undefined ? {} : { above }),
    ...(below === undefined ? {} : { below }),
    ...(pattern === undefined ? {} : { pattern }),
    ...(choices === undefined ? {} : { choices }),
  })

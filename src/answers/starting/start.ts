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
  /** What it must be divisible by. */
  readonly multipleOf?: number
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
  /** It makes its data itself, and is asked for none. Default false */
  readonly hasOwnData?: boolean
  /** Whether it is a file or folder of the runs folder, and named by a path. Default false */
  readonly isInFolder?: boolean
  /** What stands in it, of kinds whose choices are texts. */
  readonly text?: string
  /** Whether it is a text only, to begin with: there is no such file. Default false */
  readonly isDraft?: boolean
}

/** A run worth seeing: what a form is filled in with. */
export interface StartExample {
  readonly title: string
  readonly what: string
  /** The choice. */
  readonly model: string
  readonly data?: string
  /** Settings that differ from their defaults, by name. */
  readonly settings: Readonly<Record<string, string | number | boolean>>
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
  /** Whether the command says what it would do, when it is asked with this flag; a page shows that before it begins. */
  readonly dryRun?: { readonly flag: string; readonly action: string }
  readonly subject: {
    /** `Model` */
    readonly title: string
    readonly choices: readonly StartChoice[]
    /** They are texts, which may be changed before they are begun with: what they are, in words. */
    readonly text?: { readonly title: string; readonly what: string }
    /** A file that may be put into the runs folder, to be chosen. */
    readonly upload?: {
      /** How its name ends, with the dot. */
      readonly ending: string
      /** What it should hold, in words. */
      readonly what: string
      /** What else is to be known of such files, in sentences. */
      readonly note?: string
    }
  }
  /** Runs worth seeing, which the form fills in. Default none */
  readonly examples?: readonly StartExample[]
  /** Absent of kinds that are asked for no data. */
  readonly data?: {
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
  /** Of a choice that is a text: another one, which becomes a file of the runs folder. */
  readonly text?: string | undefined
  /** Of kinds that are asked for data. */
  readonly data?: string | undefined
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

/** What is wrong with a text. */
export interface TextProblem {
  readonly message: string
  /** Counted from 1, where it is known. */
  readonly line?: number
}

/** What is known of a text by looking at it. */
export interface CheckedText {
  readonly problems: readonly TextProblem[]
  /** What it comes to, in words: `4 jobs in 2 groups`. */
  readonly words?: string
  /** What it calls itself: the run's folder is called so, and the file, with its ending. */
  readonly name?: string
  readonly file?: string
}

/** What a command would do. */
export interface StartPreview {
  /** In words, the most important first. */
  readonly words: readonly string[]
  /** What it consists of. */
  readonly parts: readonly { readonly what: string; readonly amount: string; readonly time?: string }[]
}

export interface Startable {
  /** The kind, as `config.json` has it. */
  readonly recipe: string
  form(known: Known): Promise<Omit<StartForm, 'recipe'>>
  /** @throws ConfigError for a choice, a text or settings that it would refuse */
  check(request: StartRequest, form: StartForm, known: Known): void | Promise<void>
  /** Of kinds whose choices are texts: looks at one, quickly. */
  checkText?(text: string, known: Known): Promise<CheckedText>
  /** Of kinds with a dry run: what the command's result says. */
  previewOf?(result: unknown): StartPreview
  /** Whether a run that is there is one that would be gone on with. Default: a run is never begun twice */
  goesOnWith?(run: RunListing, wanted: string): boolean
}

/** The form of a kind, as it is now. */
export const formOf = async (start: Startable, known: Known): Promise<StartForm> => ({
  recipe: start.recipe,
  ...(await start.form(known)),
})

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
    multipleOf,
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
    ...(multipleOf === undefined ? {} : { multipleOf }),
    ...(pattern === undefined ? {} : { pattern }),
    ...(choices === undefined ? {} : { choices }),
  })

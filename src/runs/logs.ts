// The table of logs: of every file of lines in a run's folder, all that folder, server, pages, tables and report need to know.
// A new record is a row here and its schema: everything else goes through the table.
import type { z } from 'zod'
import { ConfigError } from '../util/errors.ts'
import { criticRowSchema } from './critic.ts'
import type { RunHead } from './head.ts'
import { type RowReader, readMetricsRow, rowReader } from './lines.ts'
import { planeRowSchema } from './plane.ts'
import {
  controlRowSchema,
  eventRowSchema,
  type MetricInfo,
  metricsRowSchema,
  type RunConfig,
  returnsRowSchema,
  timingRowSchema,
} from './schema.ts'

/** How a column is called and written where its log has no view of its own. */
export interface LogColumn extends Pick<MetricInfo, 'name' | 'format'> {
  /** Default: its name, spelled. */
  readonly label?: string
  /** Columns of one unit and format share a chart. Default: none */
  readonly unit?: string
}

/** A row of the table. What is left out is what most logs of a training are. */
export interface DeclaredLog<Row extends object = object, Config extends RunHead = RunConfig> {
  /** The heading above it. */
  readonly title: string
  /** What it holds, in words: `how long steps took`. */
  readonly holds: string
  /** One line. Lines that belong to steps have a `step`. */
  readonly schema: z.ZodType<Row>
  /** The same by hand, for a log so long that a general check is felt. Default: by the schema */
  readonly read?: RowReader<Row>
  /** `step`: a step has one line at most, in order. `event`: any number of lines. Default `step` */
  readonly lines?: 'step' | 'event'
  /** Steps between two lines that must be there, for logs with a pace; 0 for none. Default: nothing is known of it */
  every?(config: Config): number
  /** Columns without which a line cannot be used. Default none: the schema says it */
  required?(config: Config): readonly string[]
  /**
   * What becomes of it when a run goes on from a checkpoint. `cut`: lines of later steps go, they are made again. `kept`:
   * it belongs to the run and not to its steps. `forgotten`: it was for the process that ended. Default `cut`
   */
  readonly onResume?: 'cut' | 'kept' | 'forgotten'
  /**
   * Whether its bytes are those of a run that was never interrupted: then every checkpoint keeps its length and hash.
   * Default: true for logs that are cut
   */
  readonly exact?: boolean
  /**
   * What pages get. `live`: its lines with the run, and each new one within a second; as a table, too. `file`: the file, on
   * request. `never`: nothing. Default `live`
   */
  readonly pages?: 'live' | 'file' | 'never'
  /** Its columns, in order; others follow as they come. Default: those of the schema */
  columns?(config: Config): readonly LogColumn[]
  /** Whether report and studio have a view made for it; all others get a chart of their numbers, or a table. Default false */
  readonly ownView?: boolean
}

type Filled = 'read' | 'lines' | 'onResume' | 'exact' | 'pages' | 'ownView'

/** A log, with everything said. */
export interface Log<Row extends object = object>
  extends Omit<DeclaredLog<Row, RunHead>, Filled>,
    Required<Pick<DeclaredLog<Row, RunHead>, Filled>> {
  /** Its key in the table, in records, news and addresses. */
  readonly name: string
  /** `probes.jsonl` */
  readonly file: string
}

/** Logs by name. Their order is that of cursors and of the digests in checkpoints: new ones go to the end. */
export type LogTable = Readonly<Record<string, Log>>

/** Rows as a table, with what most logs are filled in. */
export const logTable = <Name extends string, Config extends RunHead = RunConfig>(
  declared: Readonly<Record<Name, DeclaredLog<object, Config>>>,
): Readonly<Record<Name, Log>> =>
  Object.fromEntries(
    (Object.entries(declared) as [Name, DeclaredLog<object, RunHead>][]).map(([name, log]): [Name, Log] => {
      const { onResume = 'cut' } = log
      const filled = {
        read: rowReader(log.schema),
        lines: 'step',
        onResume,
        exact: onResume === 'cut',
        pages: 'live',
        ownView: false,
      } as const
      return [name, { ...filled, ...log, name, file: `${name}.jsonl` }]
    }),
  ) as Record<Name, Log>

const DECLARED = {
  metrics: {
    title: 'Learning curves',
    holds: 'losses and other numbers of every step',
    schema: metricsRowSchema,
    read: readMetricsRow,
    every: () => 1,
    required: ({ metrics }) => metrics.map(({ name }) => name),
    columns: ({ metrics }) => metrics,
    ownView: true,
  },
  validation: {
    title: 'On held-out images',
    holds: 'the same on held-out images',
    schema: metricsRowSchema,
    read: readMetricsRow,
    every: ({ data, settings }) => (data.test ? settings.validateEvery : 0),
    columns: ({ metrics }) => metrics,
    ownView: true,
  },
  timings: {
    title: 'Timings',
    holds: 'how long steps took',
    schema: timingRowSchema,
    exact: false,
    ownView: true,
  },
  events: {
    title: 'Events',
    holds: 'alarms and other events',
    schema: eventRowSchema,
    lines: 'event',
    ownView: true,
  },
  evaluations: {
    title: 'Measures of samples',
    holds: 'measures of samples while it trained',
    schema: metricsRowSchema,
    read: readMetricsRow,
    every: ({ settings, evaluated }) => (evaluated === 'returns' ? 0 : settings.evaluateEvery),
    ownView: true,
  },
  critic: {
    title: 'Be the critic',
    holds: 'rounds in which a person told real images from generated ones',
    schema: criticRowSchema,
    lines: 'event',
    onResume: 'kept',
    pages: 'file',
    ownView: true,
  },
  control: {
    title: 'Requests',
    holds: 'requests to the process that trains the run',
    schema: controlRowSchema,
    lines: 'event',
    onResume: 'forgotten',
    pages: 'never',
    ownView: true,
  },
  plane: {
    title: 'The duel on the plane',
    holds: 'points of both sides and what the discriminator makes of the plane, of data of points',
    schema: planeRowSchema,
    ownView: true,
  },
  features: {
    title: 'What features tell',
    holds:
      'how many images are named rightly by their neighbours among a few labelled ones, while it trained',
    schema: metricsRowSchema,
    read: readMetricsRow,
    every: ({ settings }) => Number(settings.probeEvery ?? 0),
    columns: () => [{ name: 'nearest', label: 'accuracy of the nearest neighbours', format: 'percent' }],
  },
  returns: {
    title: 'Episodes played by the best actions',
    holds: 'returns of whole episodes that the agent played with its best actions only',
    schema: returnsRowSchema,
    every: ({ settings, evaluated }) => (evaluated === 'returns' ? settings.evaluateEvery : 0),
    columns: () => [
      { name: 'meanReturn', label: 'mean return', unit: 'return' },
      { name: 'lowestReturn', label: 'lowest return', unit: 'return' },
      { name: 'highestReturn', label: 'highest return', unit: 'return' },
      { name: 'meanLength', label: 'mean length', unit: 'steps' },
      { name: 'episodes', label: 'episodes', unit: 'episodes' },
    ],
  },
  challenges: {
    title: 'Newcomers',
    holds: 'how newcomers fared who learned against the networks as they were',
    schema: metricsRowSchema,
    read: readMetricsRow,
  },
} satisfies Readonly<Record<string, DeclaredLog>>

/** Every log of a training. */
export const LOGS = logTable(DECLARED)

/** Rows of the logs that belong to a training's steps, by name. */
export type LogRows = {
  [Name in keyof typeof DECLARED as (typeof DECLARED)[Name] extends { onResume: 'kept' | 'forgotten' }
    ? never
    : Name]: z.output<(typeof DECLARED)[Name]['schema']>[]
}
/** Names of these logs. */
export type LogName = keyof LogRows

/** The logs that belong to a training's steps: read with the run, and taken back with it. */
export const stepLogs = (logs: LogTable): Log[] =>
  Object.values(logs).filter(({ onResume }) => onResume === 'cut')

/** The logs that pages get line by line. */
export const liveLogs = (logs: LogTable): Log[] => Object.values(logs).filter(({ pages }) => pages === 'live')

/** The rows of a run that has written nothing yet. */
export const noRows = (): LogRows =>
  Object.fromEntries(stepLogs(LOGS).map(({ name }) => [name, []])) as unknown as LogRows

/** The rows of a log in whatever holds rows by the names of logs; none of a log that it does not know. */
export const rowsOf = <Row extends object = object>(
  holder: Partial<LogRows>,
  { name }: Pick<Log, 'name'>,
): Row[] => ((holder as Record<string, unknown>)[name] ?? []) as Row[]

/** @throws ConfigError when the table has no log of this name */
export function logNamed(logs: LogTable, name: string): Log {
  if (Object.hasOwn(logs, name)) return logs[name]!
  throw new ConfigError(
    `there is no log "${name}": expected one of ${Object.keys(logs).join(', ')}; a new log is a row in src/runs/logs.ts`,
  )
}

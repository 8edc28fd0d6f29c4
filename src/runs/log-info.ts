// What a log says of itself to those who show it: words, columns, and which of them are numbers; plain data, for pages too.
import { z } from 'zod'
import { spelled } from '../util/spelled.ts'
import type { RunHead } from './head.ts'
import type { Log, LogColumn } from './logs.ts'

/** A column, with everything said. */
export interface LogColumnInfo extends LogColumn {
  readonly label: string
  readonly isNumber: boolean
}

export interface LogInfo extends Pick<Log, 'name' | 'file' | 'title' | 'holds' | 'ownView' | 'pages'> {
  /** Columns but `step`, as far as they are known before a line is read. */
  readonly columns: readonly LogColumnInfo[]
  /** Whether its lines are numbers through and through, `null` standing for one that was not finite. */
  readonly isNumeric: boolean
}

interface Field {
  readonly type?: string | readonly string[]
  readonly properties?: Readonly<Record<string, Field>>
  readonly additionalProperties?: Field | boolean
  readonly anyOf?: readonly Field[]
}

const NUMBERS: ReadonlySet<string> = new Set(['number', 'integer', 'null'])

const isNumber = ({ type, anyOf }: Field): boolean =>
  type === undefined ? (anyOf?.every(isNumber) ?? false) : [type].flat().every((one) => NUMBERS.has(one))

/**
 * What the table says of a log, for a run.
 *
 * @param config  of the run, which names the columns of some logs
 */
export function logInfo(log: Log, config: RunHead): LogInfo {
  const { name, file, title, holds, ownView, pages } = log
  const shape = z.toJSONSchema(log.schema, { io: 'input', unrepresentable: 'any' }) as Field
  const { step: _, ...fields } = shape.properties ?? {}
  const others = typeof shape.additionalProperties === 'object' && isNumber(shape.additionalProperties)
  const declared = log.columns?.(config) ?? []
  const names = new Set([...declared.map((column) => column.name), ...Object.keys(fields)])
  const columns = [...names].map((column): LogColumnInfo => {
    const { label = spelled(column), unit, format } = declared.find((one) => one.name === column) ?? {}
    return {
      name: column,
      label,
      ...(unit === undefined ? {} : { unit }),
      ...(format === undefined ? {} : { format }),
      isNumber: fields[column] ? isNumber(fields[column]) : others,
    }
  })
  const isNumeric = shape.type === 'object' && columns.every((column) => column.isNumber)
  return { name, file, title, holds, ownView, pages, columns, isNumeric }
}

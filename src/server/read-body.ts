// Bodies of requests: of a bounded size, and of the shape that is expected.
import { bodyLimit } from 'hono/body-limit'
import type { z } from 'zod'
import { describeIssues } from '../runs/schema.ts'
import { ConfigError } from '../util/errors.ts'
import { refuse } from './guard.ts'

/** For requests that only say what is to be done. */
export const smallBody = bodyLimit({
  maxSize: 64 * 1024,
  onError: (context) => refuse(context, 413, 'the body is too large: expected at most 64 kB'),
})

/** A body that fits a schema. @throws ConfigError saying what does not fit */
export async function readBody<T>(request: { text(): Promise<string> }, schema: z.ZodType<T>): Promise<T> {
  let value: unknown
  try {
    value = JSON.parse(await request.text())
  } catch {
    throw new ConfigError('expected a body of JSON')
  }
  const parsed = schema.safeParse(value)
  if (!parsed.success) throw new ConfigError(`the request does not fit: ${describeIssues(parsed.error)}`)
  return parsed.data
}

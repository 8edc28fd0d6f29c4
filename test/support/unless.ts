// Tests that cannot run everywhere: they are skipped with their reason in their name, which `npm test` lists and counts.
import { describe, it } from 'vitest'

/** Why something is not tested here; nothing where it is. */
export type Reason = string | false | undefined

const named = (name: string, reason: string): string => `${name} [skipped: ${reason}]`

/** `describe` and `it` of what cannot be tested for a reason. */
export const unless = (reason: Reason) => ({
  describe: (name: string, body: () => void) =>
    reason ? describe.skip(named(name, reason), body) : describe(name, body),
  it: (name: string, body: () => unknown, timeout?: number) =>
    reason ? it.skip(named(name, reason), body, timeout) : it(name, body, timeout),
})

export const onWindows: Reason =
  process.platform === 'win32' && 'Windows has no such signals, pipes, names or shell'
export const notOnLinux: Reason = process.platform !== 'linux' && 'it looks at /proc or /dev, which Linux has'

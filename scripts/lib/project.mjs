// Where the project lies.
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Absolute path of the repository. */
export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

/** Absolute path of something in the repository. */
export const inProject = (/** @type {string[]} */ ...parts) => join(ROOT, ...parts)

// What two run folders have in common: file by file, tensor by tensor.
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { decodeSafetensors } from '../../dist/formats/safetensors.js'

/** @typedef {{ column: string, what: string, same: boolean, must: boolean, detail: string }} Verdict */

/** The columns of the table: files of a kind, and whether these must be the same. */
const log = (title) => ({
  title,
  width: Math.max(8, title.length),
  must: true,
  has: (file) => file === `${title}.jsonl`,
})
export const COLUMNS = [
  ...['metrics', 'validation', 'evaluations', 'events'].map(log),
  { title: 'sheets', width: 8, must: true, has: (file) => /^samples\/.*\.png$|^asked\.png$/.test(file) },
  { title: 'checkpoints', width: 12, must: true, has: (file) => file.endsWith('.safetensors') },
  { title: 'metadata', width: 8, must: false, has: () => false },
  { title: 'ONNX', width: 8, must: false, has: (file) => file.endsWith('.onnx') },
  {
    title: 'figures',
    width: 8,
    must: false,
    has: (file) => file.startsWith('figures/') || file === 'classification.json',
  },
]

const names = async (folder) =>
  (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll('\\', '/'),
    )

/** Where two texts part, in words. */
function firstLine(a, b) {
  const [one, other] = [a, b].map((bytes) => bytes.toString('utf8').split('\n'))
  const at = one.findIndex((line, i) => line !== other[i])
  const line = at < 0 ? one.length : at
  const short = (text) =>
    text === undefined ? 'nothing' : text.length > 160 ? `${text.slice(0, 160)}...` : text
  return `line ${line + 1}: ${short(one[line])} against ${short(other[line])}`
}

/** The tensors of two checkpoints whose bytes differ, in words; undefined when all are the same. */
export function tensorsApart(a, b) {
  const apart = []
  for (const name of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const [one, other] = [a[name], b[name]]
    if (!one || !other) apart.push(`${name} is only in the ${one ? 'first' : 'second'}`)
    else if (String(one.shape) !== String(other.shape))
      apart.push(`${name} is [${one.shape}] against [${other.shape}]`)
    else {
      const bytes = ({ data }) => Buffer.from(data.buffer, data.byteOffset, data.byteLength)
      if (bytes(one).equals(bytes(other))) continue
      const most = one.data.reduce(
        (size, n, i) => Math.max(size, Math.abs(Number(n) - Number(other.data[i]))),
        0,
      )
      apart.push(`${name} by up to ${most.toPrecision(3)}`)
    }
  }
  return apart.length === 0
    ? undefined
    : `${apart.length} of ${Object.keys(a).length} tensors: ${apart.slice(0, 5).join(', ')}`
}

/** Checkpoints also hold a checksum and what the logs were like, which follow from all the rest. */
async function compareCheckpoints(a, b) {
  const [one, other] = await Promise.all([a, b].map((bytes) => decodeSafetensors(bytes)))
  const keys = [...new Set([...Object.keys(one.metadata), ...Object.keys(other.metadata)])]
  const differing = keys.filter((key) => one.metadata[key] !== other.metadata[key])
  return { tensors: tensorsApart(one.tensors, other.tensors), metadata: differing }
}

/**
 * @param {string} first  a run folder
 * @param {string} second  another one
 * @returns {Promise<Verdict[]>} one for each file of the table's columns that either has
 */
export async function compareRuns(first, second) {
  const files = new Set([...(await names(first)), ...(await names(second))])
  /** @type {Verdict[]} */
  const verdicts = []
  for (const what of [...files].sort()) {
    const found = COLUMNS.find(({ has }) => has(what))
    if (!found) continue
    const add = (column, detail, must = found.must) =>
      verdicts.push({ column, what, same: !detail, must, detail: detail ?? '' })
    const missing = [first, second].findIndex((folder) => !existsSync(join(folder, what)))
    if (missing >= 0) {
      add(found.title, `is only in the ${missing === 0 ? 'second' : 'first'}`)
      continue
    }
    const [a, b] = await Promise.all([first, second].map((folder) => readFile(join(folder, what))))
    const same = a.equals(b)
    if (what.endsWith('.safetensors')) {
      const { tensors, metadata } = same ? { metadata: [] } : await compareCheckpoints(a, b)
      add(found.title, tensors)
      add('metadata', metadata.length > 0 ? metadata.join(', ') : undefined, false)
    } else
      add(
        found.title,
        same
          ? undefined
          : what.endsWith('.jsonl')
            ? firstLine(a, b)
            : `${a.length} bytes against ${b.length}`,
      )
  }
  return verdicts
}

/** A cell for each column: how many are the same, or how many are not. */
export const cellsOf = (verdicts) =>
  COLUMNS.map(({ title, must }) => {
    const mine = verdicts.filter(({ column }) => column === title)
    const apart = mine.filter(({ same }) => !same).length
    if (mine.length === 0) return '-'
    if (apart === 0) return mine.length === 1 ? 'same' : `${mine.length} same`
    return `${apart}/${mine.length} ${must ? 'DIFFER' : 'differ'}`
  })

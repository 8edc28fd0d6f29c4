// Loaded before a command (`node --import`): ends its process, as a kill -9 would, at the n-th change of one kind on the disk.
// SPARRING_KILL_AT=<kind>:<n>; kinds: write (half of the bytes arrive), rename, flush, remove, create, lock.
import fs from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'

const [kind, count] = (process.env.SPARRING_KILL_AT ?? '').split(':')
let left = Number(count)

const strike = () => process.kill(process.pid, 'SIGKILL')
const isDue = (what) => what === kind && --left === 0
const { open, rename, rm, link } = fs

fs.open = async (path, flags, ...rest) => {
  const writes = typeof flags === 'string' && /[wa+]/.test(flags)
  if (writes && isDue('create')) strike()
  const handle = await open(path, flags, ...rest)
  const { writeFile, sync } = handle
  handle.writeFile = async (data, ...options) => {
    if (isDue('write')) {
      await writeFile.call(handle, data.subarray(0, data.length >> 1), ...options)
      strike()
    }
    return writeFile.call(handle, data, ...options)
  }
  handle.sync = async () => {
    if (isDue('flush')) strike()
    return sync.call(handle)
  }
  return handle
}
// Just before or just after: odd ones leave the temporary file, even ones the new name.
fs.rename = async (from, to) => {
  const due = isDue('rename')
  if (due && count % 2 === 1) strike()
  await rename(from, to)
  if (due) strike()
}
fs.link = async (from, to) => {
  if (isDue('lock')) strike()
  return link(from, to)
}
fs.rm = async (path, options) => {
  if (isDue('remove')) strike()
  return rm(path, options)
}
syncBuiltinESMExports()

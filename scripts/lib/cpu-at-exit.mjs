// Loaded before a command (`node --import`): writes at its end how much of a processor it used, in seconds, to the file CPU_FILE.
import { writeFileSync } from 'node:fs'

process.on('exit', () => {
  const { user, system } = process.cpuUsage()
  writeFileSync(process.env.CPU_FILE, String((user + system) / 1e6))
})

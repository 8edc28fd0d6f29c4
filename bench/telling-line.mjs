// Picks the line of a failed program's standard error that says what went wrong.

/** The first line of the form `TypeError: ...`, else the first that mentions an error, else the last one. */
export function tellingLine(stderr) {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '')
  const line = lines.find((each) => /^\w*Error\b/.test(each)) ?? lines.find((each) => /error/i.test(each))
  return (line ?? lines.at(-1))?.trim()
}

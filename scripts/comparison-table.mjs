// The numbers of one comparison, or of several with different runs, as Markdown, for docs/comparison.md.
//
// usage: sparring compare <run> ... --numbers numbers.json; node scripts/comparison-table.mjs numbers.json [more.json ...]
import { readFile } from 'node:fs/promises'
import { foundText, joinNumbers } from '../dist/report/index.js'
import { exitWith, StepError } from './lib/run.mjs'

/** @throws StepError for a file that is not what `sparring compare --numbers` writes now */
async function numbersIn(file) {
  const expected = 'expected a file that "sparring compare <run> <run> ... --numbers <file>" wrote'
  let found
  try {
    found = JSON.parse(await readFile(file, 'utf8'))
  } catch (error) {
    throw new StepError(`${file}: ${expected}; ${error.message}`, 3)
  }
  if (![found?.measures, found?.training].every((rows) => rows?.every?.(({ runs }) => Array.isArray(runs))))
    throw new StepError(
      `${file}: ${expected}, got another or one of an earlier version; compare the runs again`,
      3,
    )
  return found
}

/** @throws StepError with the reason why they are not one comparison */
function joined(comparisons) {
  try {
    return joinNumbers(comparisons)
  } catch (error) {
    throw new StepError(error.message, 3)
  }
}

const line = (cells) => `| ${cells.join(' | ')} |`
const runs = ({ runs: some }) => `${some.length} ${some.length === 1 ? 'run' : 'runs'}`

function table(rows, groups) {
  const floors = rows.some(({ floor }) => floor)
  const head = [
    '',
    ...groups.map((group) => `${group.label}, ${runs(group)}`),
    ...(floors ? ['real images'] : []),
  ]
  console.log(line(head))
  console.log(line(head.map(() => '---')))
  for (const { label, format, values, floor, best } of rows) {
    const cells = values.map((found, at) => {
      const text = found.value === null ? `– ${found.reason ?? ''}`.trim() : foundText(found, format)
      return at === best ? `**${text}**` : text
    })
    console.log(line([label, ...cells, ...(floors ? [floor ? foundText(floor, format) : ''] : [])]))
  }
  console.log('')
}

await exitWith(async () => {
  const files = process.argv.slice(2)
  if (files.length === 0)
    throw new StepError(
      'expected one file or more that "sparring compare <run> ... --numbers <file>" wrote',
      2,
    )
  const comparisons = await Promise.all(files.map(numbersIn))
  const { groups, measures, training, sentences, protocol } = joined(comparisons)
  table(measures, groups)
  table(training, groups)
  for (const { text } of sentences) console.log(`- ${text}`)
  if (protocol)
    console.log(
      `\n${protocol.draws} draws of ${protocol.count} samples against ${protocol.reference}; features of the ${protocol.extractor.name} ${protocol.extractor.hash.slice(0, 12)}, right on ${(100 * protocol.extractor.accuracy).toFixed(2)}%.`,
    )
  return 0
})

// The numbers of one comparison, or of several with different runs, as Markdown, for docs/comparison.md.
//
// usage: sparring compare <run> ... --numbers numbers.json; node scripts/comparison-table.mjs numbers.json [more.json ...]
import { readFile } from 'node:fs/promises'
import { foundText, joinNumbers } from '../dist/report/index.js'

const files = process.argv.slice(2)
if (files.length === 0)
  throw new Error('expected files that "sparring compare --numbers <file>" wrote, one or more')
const comparisons = await Promise.all(files.map(async (file) => JSON.parse(await readFile(file, 'utf8'))))
const { groups, measures, training, sentences, protocol } = joinNumbers(comparisons)

const line = (cells) => `| ${cells.join(' | ')} |`
const runs = ({ runs: some }) => `${some.length} ${some.length === 1 ? 'run' : 'runs'}`

function table(rows) {
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

table(measures)
table(training)
for (const { text } of sentences) console.log(`- ${text}`)
if (protocol)
  console.log(
    `\n${protocol.draws} draws of ${protocol.count} samples against ${protocol.reference}; features of the ${protocol.extractor.name} ${protocol.extractor.hash.slice(0, 12)}, right on ${(100 * protocol.extractor.accuracy).toFixed(2)}%.`,
  )

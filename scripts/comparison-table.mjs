// The numbers of a comparison as Markdown, for docs/comparison.md.
//
// usage: sparring compare <run> ... --numbers numbers.json; node scripts/comparison-table.mjs numbers.json
import { readFile } from 'node:fs/promises'
import { foundText } from '../dist/report/index.js'

const file = process.argv[2]
if (!file) throw new Error('expected the file that "sparring compare --numbers <file>" wrote')
const { groups, measures, training, sentences, protocol } = JSON.parse(await readFile(file, 'utf8'))

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

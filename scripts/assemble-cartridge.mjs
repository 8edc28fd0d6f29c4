// Assembles our own game for the Atari 2600 and writes its bytes as a source file. For whoever changes the game; needs `dasm`
// (Debian: apt-get install dasm).
//
//   node scripts/assemble-cartridge.mjs            writes src/environments/atari/sky-lanes-bytes.ts
//   node scripts/assemble-cartridge.mjs --check    says whether the bytes that are there are those of the program
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const HERE = join(import.meta.dirname, '..', 'src', 'environments', 'atari')
const TARGET = join(HERE, 'sky-lanes-bytes.ts')

const folder = mkdtempSync(join(tmpdir(), 'cartridge-'))
try {
  const out = join(folder, 'game.bin')
  execFileSync('dasm', [join(HERE, 'sky-lanes.asm'), '-f3', `-o${out}`], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const bytes = readFileSync(out)
  const lines = bytes.toString('base64').match(/.{1,96}/g)
  const text = `// The bytes of Sky Lanes, made of \`sky-lanes.asm\` by \`scripts/assemble-cartridge.mjs\`.

export const SKY_LANES = {
  md5: '${createHash('md5').update(bytes).digest('hex')}',
  base64: [
${lines.map((line) => `    '${line}',`).join('\n')}
  ].join(''),
} as const
`
  if (process.argv.includes('--check')) {
    const isSame = readFileSync(TARGET, 'utf8') === text
    console.log(isSame ? 'the bytes are those of the program' : 'the bytes differ: run this without --check')
    process.exitCode = isSame ? 0 : 1
  } else {
    writeFileSync(TARGET, text)
    console.log(`${TARGET}: ${bytes.length} bytes`)
  }
} finally {
  rmSync(folder, { recursive: true })
}

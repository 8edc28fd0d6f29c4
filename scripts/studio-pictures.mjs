// Takes the pictures of the studio that the documentation shows, from runs that were trained before.
// node scripts/studio-pictures.mjs <runs folder> <run for the training view> <run for the latent space>
// @ts-check
import { mkdirSync } from 'node:fs'
import { chromium } from 'playwright-core'
import sharp from 'sharp'
import { inProject } from './lib/project.mjs'

const [runs, training, latent] = process.argv.slice(2)
if (!runs || !training || !latent) {
  throw new Error('expected three arguments: <runs folder> <run> <run with a latent space>')
}
const { openStudio } = await import(inProject('dist/server/index.js'))
const studio = await openStudio({ runs, port: 0 })
const browser = await chromium.launch({
  executablePath: process.env.SPARRING_CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
})
mkdirSync(inProject('docs/pictures'), { recursive: true })
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
  await page.goto(studio.address)
  /** @type {[view: string, ready: string, file: string, height: number][]} */
  const pictures = [
    [`runs/${training}`, 'Learning curves', 'studio-training.png', 1190],
    [`runs/${latent}/latent`, 'ms for this image', 'studio-latent.png', 900],
  ]
  for (const [view, ready, file, height] of pictures) {
    await page.setViewportSize({ width: 1280, height })
    await page.goto(`http://127.0.0.1:${studio.port}/#/${view}`)
    await page.getByText(ready).first().waitFor()
    // Curves, sheets and the map of the latent space come one after the other.
    await page.waitForTimeout(6000)
    const picture = await page.screenshot()
    await sharp(picture)
      .png({ palette: true, quality: 90, effort: 10 })
      .toFile(inProject('docs/pictures', file))
    console.log(`docs/pictures/${file}`)
  }
} finally {
  await browser.close()
  await studio.close()
}

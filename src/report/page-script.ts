// The script of the report: the step slider, the play and copy buttons, whole-number enlargement of pixels.

/**
 * Runs as it stands in a page, without modules and without a network. It reads the sheets from the JSON in
 * `#sheets`: `[{ step, fixed?, fresh? }]` with data URIs. The page allows exactly this text, by its hash.
 */
export const PAGE_SCRIPT = `
'use strict'
const all = (selector) => [...document.querySelectorAll(selector)]

// Every pixel of a sheet covers a whole number of device pixels, unless that would leave much room empty.
const fit = () => {
  for (const image of all('img.pixels')) {
    const room = image.parentElement.clientWidth * devicePixelRatio
    if (!room || !image.naturalWidth) continue
    const most = Number(image.dataset.most) * devicePixelRatio
    const scale = Math.min(room, most) / image.naturalWidth
    const whole = Math.floor(scale) > 0.7 * scale ? Math.floor(scale) : scale
    image.style.width = (whole * image.naturalWidth) / devicePixelRatio + 'px'
  }
}
addEventListener('resize', fit)
for (const image of all('img.pixels')) image.addEventListener('load', fit)
for (const part of all('details')) part.addEventListener('toggle', fit)
fit()

const data = document.getElementById('sheets')
if (data) {
  const sheets = JSON.parse(data.textContent)
  const slider = document.getElementById('step')
  const label = document.getElementById('step-label')
  const play = document.getElementById('play')
  const show = (index) => {
    const sheet = sheets[index]
    const text = 'Step ' + sheet.step.toLocaleString('en-US')
    slider.value = index
    slider.setAttribute('aria-valuetext', text)
    label.textContent = text
    for (const kind of ['fixed', 'fresh']) {
      const image = document.getElementById('sheet-' + kind)
      if (!image) continue
      image.style.visibility = sheet[kind] ? '' : 'hidden'
      if (sheet[kind]) image.src = sheet[kind]
      image.alt = image.dataset.alt + ', ' + text.toLowerCase()
    }
  }
  let timer
  const stop = () => {
    clearInterval(timer)
    timer = undefined
    play.textContent = 'Play'
  }
  play.addEventListener('click', () => {
    if (timer) return stop()
    if (Number(slider.value) === sheets.length - 1) show(0)
    play.textContent = 'Pause'
    timer = setInterval(() => {
      const next = Number(slider.value) + 1
      if (next < sheets.length) show(next)
      if (next >= sheets.length - 1) stop()
    }, 350)
  })
  slider.addEventListener('input', () => {
    stop()
    show(Number(slider.value))
  })
  slider.max = sheets.length - 1
  document.getElementById('player').hidden = sheets.length < 2
  show(sheets.length - 1)
}

for (const button of all('button[data-copy]')) {
  button.hidden = false
  button.addEventListener('click', async () => {
    const source = document.getElementById(button.dataset.copy)
    let done = false
    try {
      await navigator.clipboard.writeText(source.textContent)
      done = true
    } catch {
      getSelection().selectAllChildren(source)
      done = document.execCommand('copy')
    }
    button.textContent = done ? 'Copied' : 'Press Ctrl+C'
    setTimeout(() => { button.textContent = 'Copy' }, 2000)
  })
}
`.trim()

/** SHA-256 of the script as a content security policy names it; a test keeps the two together. */
export const PAGE_SCRIPT_HASH = 'sha256-FF4w/hqeVNgiEMXJve8aXFFtjRvt7hWAEjx5jAx53rA='

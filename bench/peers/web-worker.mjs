// The part of the page's `Worker` that @jax-js/jax needs for its threads, over node:worker_threads.
import { resolveObjectURL } from 'node:buffer'
import { Worker as Thread } from 'node:worker_threads'

/** What a worker's script expects of a page: `self`, `postMessage` and `onmessage`. */
const prelude = `
const { parentPort } = require('node:worker_threads')
globalThis.self = globalThis
globalThis.postMessage = (data) => parentPort.postMessage(data)
parentPort.on('message', (data) => globalThis.onmessage({ data }))
`

/** A worker started from a blob: URL. Its thread keeps the process alive until `process.exit`. */
export class WebWorker {
  onmessage = null
  onerror = null
  #thread

  /** @param {string} url a blob: URL of a script that is not a module */
  constructor(url) {
    const blob = resolveObjectURL(url)
    if (!blob) throw new TypeError(`WebWorker expects a live blob: URL, got ${url}`)
    this.#thread = blob.text().then((script) => {
      const thread = new Thread(prelude + script, { eval: true })
      thread.on('message', (data) => this.onmessage?.({ data }))
      thread.on('error', (error) => this.onerror?.({ message: error.message }))
      return thread
    })
  }

  postMessage(data) {
    this.#thread.then((thread) => thread.postMessage(data))
  }
}

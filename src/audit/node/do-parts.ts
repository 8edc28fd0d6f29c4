// Does the parts of an audit that are left, and keeps the folder's record of each.
import type { ImageClassifier } from '../../classifiers/classifier.ts'
import { modelFacts } from '../../onnx/facts.ts'
import { encodePng, marked } from '../../report/node/index.ts'
import type { AuditConfig, PartRow } from '../../runs/audit.ts'
import type { AuditResult } from '../../runs/audit-result.ts'
import type { RunStatus } from '../../runs/index.ts'
import { openControl, type RunWriter } from '../../runs/node/index.ts'
import { packageVersion } from '../../runs/node/machine.ts'
import type { Engine } from '../../runtime/engine.ts'
import { messageOf } from '../../util/errors.ts'
import { assemble } from '../assemble.ts'
import { openOriginal } from '../original.ts'
import type { Exhibits, Found } from '../part.ts'
import { attacksOf, planOf } from '../plan.ts'
import type { AuditEvent } from './events.ts'
import { finishAudit } from './finish.ts'

/** Milliseconds between two words in the status about a part that goes on. */
const TELLING = 1000

/** Everything that an audit works with. */
export interface Opened {
  readonly engine: Engine
  readonly bytes: Uint8Array
  readonly classifier: ImageClassifier
  readonly plain: ImageClassifier
  readonly exhibits: Exhibits
  readonly data: AuditResult['data']
}

/** Does the parts that are left, keeping the folder's record of each. */
export async function* doParts(
  run: RunWriter<AuditConfig>,
  { engine, bytes, classifier, plain, exhibits, data }: Opened,
  signal: AbortSignal | undefined,
): AsyncGenerator<AuditEvent> {
  const { config } = run
  const { settings } = config
  const parts = planOf(settings, classifier, exhibits.count)
  const rows = (await run.readLog('findings')) as PartRow[]
  const found = new Map<string, object>(rows.map(({ part, value }) => [part, value as object]))
  const total = parts.reduce((sum, { work }) => sum + work, 0)
  const controls = await openControl(run.folder)
  const original = await openOriginal(engine, bytes, classifier)
  const stop = new AbortController()
  const aborted = (): void => stop.abort()
  signal?.addEventListener('abort', aborted)
  if (signal?.aborted) stop.abort()
  let done = parts.slice(0, rows.length).reduce((sum, { work }) => sum + work, 0)
  const status = (state: RunStatus['state'], { message, doing }: Pick<RunStatus, 'message' | 'doing'> = {}) =>
    run.writeStatus({
      state,
      step: found.size - 1,
      pid: process.pid,
      ...(message ? { message } : {}),
      ...(doing ? { doing } : {}),
    })
  try {
    await status('running')
    for (const [step, part] of parts.entries()) {
      if (step < rows.length) continue
      for (let request = await controls.take(); request; ) {
        if (request.command === 'stop') stop.abort()
        if (request.command !== 'pause') {
          request = await controls.take()
          continue
        }
        await status('paused')
        yield { type: 'paused' }
        request = await controls.wait(stop.signal)
        await status('running')
        if (request?.command === 'continue') yield { type: 'continued' }
      }
      if (stop.signal.aborted) break
      const began = performance.now()
      const share = (within: number): number => Math.min(1, (done + within * part.work) / total)
      yield { type: 'progress', title: part.title, share: share(0) }
      await status('running', { doing: { what: part.title, share: share(0) } })
      let told = performance.now()
      const progress: number[] = []
      const work = part.run({
        settings,
        engine,
        classifier,
        plain,
        original,
        exhibits,
        found: found as Found,
        signal: stop.signal,
        onProgress: (within) => progress.push(within),
      })
      const waited = work.then(
        () => true,
        () => true,
      )
      // What a part says of itself while it goes on.
      while (!(await Promise.race([waited, new Promise((resolve) => setTimeout(resolve, 250, false))]))) {
        const request = await controls.take()
        if (request?.command === 'stop') stop.abort()
        const within = progress.at(-1)
        progress.length = 0
        if (within === undefined) continue
        yield { type: 'progress', title: part.title, share: share(within) }
        if (performance.now() - told < TELLING) continue
        told = performance.now()
        await status('running', { doing: { what: part.title, share: share(within) } })
      }
      if (stop.signal.aborted) {
        await work.catch(() => {})
        break
      }
      const { finding, value, pictures = {}, texts = {} } = await work
      const { height, width, channels } = classifier.image
      for (const [name, pixels] of Object.entries(pictures)) {
        const png = await encodePng({ height, width, channels, pixels })
        const isMade = name.split('-').length > 2
        const facts = { model: config.model.sha256, seed: String(settings.seed), part: part.name }
        await run.writeFile(name, isMade ? marked(png, facts) : png)
      }
      for (const [name, text] of Object.entries(texts)) await run.writeFile(name, text)
      found.set(part.name, value)
      const row: PartRow = {
        step,
        part: part.name,
        title: part.title,
        finding,
        value: value as PartRow['value'],
      }
      await run.append('findings', [row])
      await run.append('timings', [
        { step, seconds: (performance.now() - began) / 1000, at: new Date().toISOString() },
      ])
      await run.writeCheckpoint({ step, tensors: {} })
      await status('running')
      done += part.work
      yield { type: 'part', row }
    }
    if (found.size < parts.length) {
      await status('stopped')
      yield { type: 'end', outcome: 'stopped', folder: run.folder, files: {} }
      return
    }
    const { opset, producer } = modelFacts(bytes)
    const result = assemble({
      config,
      classifier,
      exhibits,
      found,
      attacks: attacksOf(settings, classifier),
      model: {
        name: config.model.name,
        sha256: config.model.sha256,
        bytes: bytes.length,
        opset,
        producer: [producer.name, producer.version].filter(Boolean).join(' '),
      },
      data,
      version: packageVersion(),
    })
    const files = await finishAudit(run, result)
    await status('finished')
    yield { type: 'end', outcome: 'finished', folder: run.folder, result, files }
  } catch (error) {
    await status('failed', { message: messageOf(error) }).catch(() => {})
    throw error
  } finally {
    signal?.removeEventListener('abort', aborted)
    await original.close()
  }
}

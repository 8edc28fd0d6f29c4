// Keeps ONNX Runtime silent: imported before onnxruntime-node, it switches off what that would write and send.
import { isMainThread } from 'node:worker_threads'
import { UnsupportedError } from '../util/errors.ts'

/**
 * Off for whatever value but 1. ONNX Runtime looks when it makes its environment, once per process; else it keeps a
 * device id and a queue of events in the user's cache folder and uploads them to its maker.
 */
const SWITCH = 'ORT_DISABLE_TELEMETRY'

/** What native code finds in the environment; `process.env` of a worker thread is a copy that it never sees. */
function nativeValue(): string | undefined {
  // A report may else look up the names of the addresses of open sockets.
  Object.assign(process.report, { excludeNetwork: true })
  const report = process.report.getReport() as unknown as { environmentVariables: Record<string, string> }
  return report.environmentVariables[SWITCH]
}

/**
 * Switches telemetry off where native code looks, whatever the environment said. To be called before a thread that
 * loads the runtime is started, because that thread cannot do it.
 *
 * @throws UnsupportedError in a worker thread that can neither do it nor finds it done
 */
export function silenceRuntime(): void {
  process.env[SWITCH] = '1'
  if (isMainThread || nativeValue() === '1') return
  throw new UnsupportedError(
    `ONNX Runtime would send telemetry, and a worker thread cannot switch that off, because its process.env is a copy. Import "sparring/node" in the main thread before, or start the worker with { env: SHARE_ENV }, or the process with ${SWITCH}=1.`,
  )
}

// Already now, so that worker threads that are started from here on find it done.
process.env[SWITCH] = '1'

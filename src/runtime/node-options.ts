// How ONNX Runtime's sessions are opened.
import type { InferenceSession } from 'onnxruntime-node'

/** What computes. A build of the runtime may bring more (`webgpu`, `cuda`); nothing of ours has been tried on them. */
export const PROVIDERS: readonly string[] = ['cpu']

export interface SessionChoices {
  /** Threads of one operator; 0 or undefined for one per core. */
  readonly threads?: number | undefined
  /** Whether it is a program of ours, such as a training, and not a network that somebody brought. */
  readonly program: boolean
}

export const sessionOptions = ({ threads, program }: SessionChoices): InferenceSession.SessionOptions => ({
  executionProviders: PROVIDERS,
  ...(threads ? { intraOpNumThreads: threads } : {}),
  interOpNumThreads: 1,
  executionMode: 'sequential',
  graphOptimizationLevel: 'all',
  // Planned memory is as fast as the arena and comes on top of what the first call has taken.
  enableMemPattern: false,
  logSeverityLevel: 3,
  extra: {
    session: {
      // Losing networks produce denormal numbers, which are many times slower than others.
      set_denormal_as_zero: '1',
      // Programs hold no quantized networks, only masks of bytes, which would become numbers anew for each of their readers.
      ...(program ? { disable_quant_qdq: '1' } : {}),
    },
  },
})

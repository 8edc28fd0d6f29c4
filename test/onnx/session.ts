// Runs ONNX bytes in onnxruntime-node, for tests.

import type { DType, NumericArray } from '../../src/graph/value.ts'
import * as ort from '../../src/runtime/node-ort.ts'

/** An array on its way in or out of a session; numbers of every type are given as numbers. */
export interface Fed {
  readonly shape: readonly number[]
  readonly data: NumericArray | readonly number[]
  readonly dtype?: DType
}

function toOrt({ shape, data, dtype = 'float32' }: Fed): ort.Tensor {
  const numbers = Array.from(data)
  const dims = [...shape]
  switch (dtype) {
    case 'float32':
      return new ort.Tensor('float32', Float32Array.from(numbers), dims)
    case 'float64':
      return new ort.Tensor('float64', Float64Array.from(numbers), dims)
    case 'int64':
      return new ort.Tensor('int64', BigInt64Array.from(numbers, BigInt), dims)
    case 'int32':
      return new ort.Tensor('int32', Int32Array.from(numbers), dims)
    case 'uint8':
      return new ort.Tensor('uint8', Uint8Array.from(numbers), dims)
    case 'bool':
      return new ort.Tensor('bool', Uint8Array.from(numbers), dims)
  }
}

/** A loaded model. */
export interface Session {
  run(feeds: Readonly<Record<string, Fed>>): Promise<Record<string, { shape: number[]; data: number[] }>>
}

/** Loads a model; `optimized: false` runs it as it is written. */
export async function openSession(bytes: Uint8Array, { optimized = true } = {}): Promise<Session> {
  const session = await ort.InferenceSession.create(bytes, {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
    graphOptimizationLevel: optimized ? 'all' : 'disabled',
  })
  return {
    async run(feeds) {
      const tensors = Object.fromEntries(Object.entries(feeds).map(([name, fed]) => [name, toOrt(fed)]))
      const results = await session.run(tensors)
      return Object.fromEntries(
        Object.entries(results).map(([name, { dims, data }]) => [
          name,
          { shape: [...dims], data: Array.from(data as Iterable<number | bigint>, Number) },
        ]),
      )
    },
  }
}

// Where the build puts the files of ONNX Runtime: assets of the studio, fetched when a network is opened.
import gpuLoader from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs?url'
import gpuCode from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url'
import loader from 'onnxruntime-web/ort-wasm-simd-threaded.mjs?url'
import code from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url'
import type { WebModelOptions } from '../../../src/runtime/web.ts'

const absolute = (path: string): string => new URL(path, document.baseURI).href

export const runtimeFiles: NonNullable<WebModelOptions['files']> = {
  wasm: { mjs: absolute(loader), wasm: absolute(code) },
  webgpu: { mjs: absolute(gpuLoader), wasm: absolute(gpuCode) },
}

// Builds what an exported page is made of into dist/web-export: one script, one sheet of styles, ONNX Runtime's code.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig, type Plugin } from 'vite'

const require = createRequire(import.meta.url)

/** The page holds the runtime's code itself, compressed; nothing is to be found beside the script. */
const runtimeInside: Plugin = {
  name: 'runtime-inside',
  enforce: 'pre',
  transform(code, id) {
    if (!/onnxruntime-web[\\/]dist[\\/]ort\..*\.mjs$/.test(id)) return null
    return code.replaceAll(/new URL\("[^"]+",\s*import\.meta\.url\)/g, 'new URL("about:blank")')
  },
  generateBundle() {
    const code = readFileSync(require.resolve('onnxruntime-web/ort-wasm-simd-threaded.wasm'))
    this.emitFile({ type: 'asset', fileName: 'runtime.wasm.gz', source: gzipSync(code, { level: 9 }) })
  },
}

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  plugins: [svelte(), runtimeInside],
  logLevel: 'warn',
  publicDir: false,
  // Exported pages run on WebAssembly only.
  resolve: {
    alias: { 'onnxruntime-web/webgpu': 'onnxruntime-web/wasm' },
  },
  build: {
    outDir: '../dist/web-export',
    emptyOutDir: true,
    target: 'es2022',
    cssCodeSplit: false,
    modulePreload: false,
    chunkSizeWarningLimit: 3000,
    rolldownOptions: {
      // The emulator: games that need it are not played in pages.
      external: [/^6502\.ts\//],
      input: fileURLToPath(new URL('src/export.ts', import.meta.url)),
      output: {
        format: 'es',
        codeSplitting: false,
        entryFileNames: 'page.js',
        assetFileNames: 'page[extname]',
      },
    },
  },
})

// Builds the studio's pages into dist/web, as the server finds them.
import { fileURLToPath } from 'node:url'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defaultClientConditions, defineConfig } from 'vite'

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  plugins: [svelte()],
  logLevel: 'warn',
  // ONNX Runtime without its loader, which is an asset of its own: its threads start from that file.
  resolve: { conditions: ['onnxruntime-web-use-extern-wasm', ...defaultClientConditions] },
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    target: 'es2022',
    // Pictures and WebAssembly stay files: the page's policy allows no other origin, and they load when needed.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1500,
    // The emulator: games that need it are not played in pages.
    rolldownOptions: { external: [/^6502\.ts\//] },
  },
})

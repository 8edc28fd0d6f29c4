// Bytes as a data URI, so that a page can carry its own pictures.

const CHUNK = 0x8000

/** `data:image/png;base64,...`. */
export function dataUri(bytes: Uint8Array, type: string): string {
  let binary = ''
  for (let from = 0; from < bytes.length; from += CHUNK)
    binary += String.fromCharCode(...bytes.subarray(from, from + CHUNK))
  return `data:${type};base64,${globalThis.btoa(binary)}`
}

/** An SVG as a data URI. */
export const svgUri = (svg: string): string => dataUri(new TextEncoder().encode(svg), 'image/svg+xml')

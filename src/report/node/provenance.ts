// What a picture that a machine made says of itself: the field's mark for generated media, and where it is from.
import { crc32 } from 'node:zlib'

/** The term of the field's vocabulary for what a trained model made. */
export const GENERATED_MEDIA = 'http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia'

/** The same of what was put together of made and of real pictures. */
export const COMPOSITE_MEDIA =
  'http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia'

/** An XMP packet that says how a picture was made. */
export const xmp = (source: string): string =>
  `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">` +
  `<rdf:Description rdf:about="" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" ` +
  `Iptc4xmpExt:DigitalSourceType="${source}"/></rdf:RDF></x:xmpmeta>`

/** Bytes of a PNG file's signature and of its first chunk, which is the header. */
const HEADER = 8 + 25

/** An iTXt chunk: keyword and UTF-8 text, uncompressed. */
function textChunk(keyword: string, text: string): Buffer {
  const data = Buffer.concat([Buffer.from(keyword, 'latin1'), Buffer.alloc(5), Buffer.from(text, 'utf8')])
  const chunk = Buffer.alloc(12 + data.length)
  chunk.writeUInt32BE(data.length, 0)
  chunk.write('iTXt', 4, 'latin1')
  data.copy(chunk, 8)
  chunk.writeUInt32BE(crc32(chunk.subarray(4, 8 + data.length)), 8 + data.length)
  return chunk
}

/**
 * A PNG file that says that it was made by a trained model, and by which.
 *
 * @param png    a whole PNG file
 * @param facts  what made it, e.g. `{ model: '<hash>', seed: '1' }`
 * @param source  the term of the field's vocabulary; default: made by a trained model
 * @source IPTC Photo Metadata Standard 2023.1, Digital Source Type; PNG (third edition), 11.3.3.4: iTXt
 */
export function marked(
  png: Uint8Array,
  facts: Readonly<Record<string, string>>,
  source: string = GENERATED_MEDIA,
): Uint8Array {
  // Before the pixels, where readers that do not go through all of a file look: after the signature and the header.
  const said = Object.entries(facts).map(([name, value]) => `${name}=${value}`)
  return new Uint8Array(
    Buffer.concat([
      png.subarray(0, HEADER),
      textChunk('XML:com.adobe.xmp', xmp(source)),
      textChunk('sparring', said.join('; ')),
      png.subarray(HEADER),
    ]),
  )
}

// Reports on disk: PNG files, and the figures and the page of a run.
export {
  ANIMATIONS,
  type AnimationFormat,
  type AnimationOptions,
  animate,
  encodeAnimation,
} from './animation.ts'
export { checkPng } from './check-png.ts'
export { NO_FFMPEG, writeMovie } from './movie.ts'
export { decodePng, encodePng, svgToPng } from './png.ts'
export { COMPOSITE_MEDIA, GENERATED_MEDIA, marked } from './provenance.ts'
export { type WrittenReport, writeReport } from './write-report.ts'

// Reports on disk: PNG files, and the figures and the page of a run.
export { checkPng } from './check-png.ts'
export { decodePng, encodePng, svgToPng } from './png.ts'
export { GENERATED_MEDIA, marked } from './provenance.ts'
export { type WrittenReport, writeReport } from './write-report.ts'

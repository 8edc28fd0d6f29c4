// Reports on disk: PNG files, and the figures and the page of a run.
export { decodePng, encodePng, svgToPng } from './png.ts'
export { type WrittenReport, writeReport } from './write-report.ts'

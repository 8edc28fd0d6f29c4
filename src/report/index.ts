// Reports without Node: charts, sheets of samples, figures and the HTML page.

export { type FigureMoment, framesFigure, type ThoughtOptions, thoughtsFigure } from './agent-figures.ts'
export {
  type CapsuleShape,
  capsuleAlone,
  capsuleLengths,
  coloured,
  longestCapsules,
  PART_COLORS,
  SWEEP,
} from './capsules.ts'
export { type ChartOptions, type ChartTheme, DARK, LIGHT } from './chart-parts.ts'
export { defaultSmoothing, learningCurves, speedCurve } from './charts.ts'
export { type ComparisonGrids, comparisonHtml } from './compare/page.ts'
export { confusionMatrix } from './confusion-matrix.ts'
export type { FigureNotes, ReportFigure } from './extra-figures.ts'
export {
  type EncodePng,
  evenSelection,
  type StepSamples,
  samplesThroughTraining,
  sheetSvg,
  type ThroughTrainingCell,
  throughTrainingCells,
  throughTrainingSvg,
} from './figures.ts'
export {
  enlarge,
  type ImageBatch,
  imageAt,
  type PixelImage,
  type SheetLayout,
  tileGrid,
  untileGrid,
} from './grid.ts'
export { reportHtml } from './html.ts'
export { type ImageRow, type ImageRowsOptions, imageRows } from './image-rows.ts'
export { latentManifold, type ManifoldOptions, manifoldSide, planeGrid } from './latent-manifold.ts'
export { type LabelledPoints, latentScatter, type ScatterOptions } from './latent-scatter.ts'
export type { ReportAssets } from './page-samples.ts'
export { type ReconstructionOptions, reconstructions } from './reconstructions.ts'
export { renderSvg } from './svg.ts'
export {
  type Choices,
  choiceTables,
  type DrawnCar,
  junctionStrip,
  messageMap,
  ramp,
  type Said,
} from './team-figures.ts'

// Data sets and batches, for Node and for a page; `node/index.ts` adds files, folders and downloads.

export type { IdxArray } from '../formats/idx.ts'
export { parseIdx, writeIdx } from '../formats/idx.ts'
export { AFFINE, type AffineChange, type AffineOptions, affineImages } from './affine.ts'
export { fillImages } from './batches.ts'
export { coverResizer, type Resizer } from './cover.ts'
export type { DataSplits, Dataset } from './dataset.ts'
export { createDataset } from './dataset.ts'
export type { DigitsOptions } from './digits.ts'
export { DIGIT_CLASSES, DIGIT_SIZE, digits, drawDigit } from './digits.ts'
export type { DownloadableSet, PublishedFile } from './downloadable-set.ts'
export { type Inputs, imageColumns, imageExamples, rowInputs } from './examples.ts'
export { fitDataset, type ImageForm } from './fit.ts'
export type { NamedBytes } from './idx-dataset.ts'
export { datasetFromIdx } from './idx-dataset.ts'
export { IMAGE_SIZE, type ImageSize, parseImageSize } from './image-size.ts'
export { type MessagesOptions, messageColumns, messages } from './messages.ts'
export { mnist } from './mnist.ts'
export type { Classify, KnownModes, NamedModes } from './modes.ts'
export { OVERLAPPING, type OverlappingOptions, overlappingImages } from './overlapping.ts'
export {
  gaussianModes,
  gaussians,
  gridCentres,
  type HashedExamples,
  type PointsOptions,
  ringCentres,
} from './points.ts'
export {
  batchIndices,
  type Column,
  type ColumnData,
  type Columns,
  type Examples,
  examplesSource,
  noData,
  type OpenSource,
  type SavedSource,
  type Source,
  type SourceOptions,
} from './source.ts'
export { type StackedOptions, stackedImages, stackedModes } from './stacked.ts'

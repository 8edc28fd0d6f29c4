// Image classifiers of any origin.
export { askOriginal } from './ask-original.ts'
export type { Head, ImageClassifier, Intake, PassedThrough } from './classifier.ts'
export { type ClassifierOptions, openClassifier } from './open-classifier.ts'

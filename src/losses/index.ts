// Losses and metrics as graphs. Losses of classes take logits.
export { binaryAccuracy, sparseCategoricalAccuracy } from './accuracy.ts'
export { binaryCrossentropy } from './binary-crossentropy.ts'
export { categoricalCrossentropy, sparseCategoricalCrossentropy } from './categorical-crossentropy.ts'
export { klDivergence } from './kl-divergence.ts'
export { logitsOf } from './logits.ts'
export { meanAbsoluteError, meanSquaredError } from './regression.ts'
export { hinge, wasserstein } from './scores.ts'
export { softmaxDivergence } from './softmax-divergence.ts'

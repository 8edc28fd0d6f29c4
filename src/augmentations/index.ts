// Augmentations: images changed by chance inside a graph, by random numbers that are fed.
export { type AugmentOptions, augment, type Chosen } from './augment.ts'
export type { Augmentation, Change, Drawing, Movement, Places } from './augmentation.ts'
export { augmentationsInWords, type NamedChoice, policyOf, policyText } from './policy.ts'
export { AUGMENTATIONS } from './registry.ts'

// Derivatives of graphs.
export { gradients } from './backward.ts'
export { GRADIENTS, type GradientRule, type NotDifferentiable } from './gradients.ts'

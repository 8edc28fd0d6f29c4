// All import rules by domain and operator.
import { ACTIVATIONS } from './activations.ts'
import type { Rule } from './call.ts'
import { CONSTANTS } from './constants.ts'
import { CONVOLUTION } from './convolution.ts'
import { DIRECT } from './direct.ts'
import { LEARNED } from './learned.ts'
import { NORMALIZATION } from './normalization.ts'
import { POOLING } from './pooling.ts'
import { MICROSOFT, PRODUCTS } from './products.ts'
import { MICROSOFT_QUANTISED, QUANTISED } from './quantised.ts'
import { REDUCTIONS } from './reductions.ts'
import { RESIZING } from './resize.ts'
import { SHAPING } from './shaping.ts'

/** Rules of ONNX' own operators. */
const standard: Readonly<Record<string, Rule>> = {
  ...DIRECT,
  ...ACTIVATIONS,
  ...NORMALIZATION,
  ...POOLING,
  ...CONVOLUTION,
  ...PRODUCTS,
  ...REDUCTIONS,
  ...CONSTANTS,
  ...SHAPING,
  ...RESIZING,
  ...QUANTISED,
}

/** Rules by domain; ONNX' own domain is the empty one. */
export const RULES: Readonly<Record<string, Readonly<Record<string, Rule>>>> = {
  '': standard,
  'ai.onnx': standard,
  'com.microsoft': { ...MICROSOFT, ...MICROSOFT_QUANTISED },
  'ai.onnx.ml': LEARNED,
}

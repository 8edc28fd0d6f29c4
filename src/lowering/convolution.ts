// What a way of computing convolutions is: the three bilinear forms of one convolution, and what they cost.
import type { ConvGeometry } from '../graph/conv-shape.ts'
import type { Value } from '../graph/value.ts'
import type { Shape } from '../util/shape.ts'

/** A convolution [n, c, h, w] to [n, o, h', w'], described by its shapes. */
export interface Convolution {
  readonly x: Shape
  readonly kernel: Shape
  readonly y: Shape
  readonly geometry: ConvGeometry
  /** Whether its kernel is the same in every run. */
  readonly fixed?: boolean
}

/** The operators of the three bilinear forms. */
export type ConvolutionForm = 'Conv' | 'ConvInputGradient' | 'ConvFilterGradient'

/** The three bilinear forms of one convolution, written as other operators. */
export interface ConvolutionForms {
  forward(x: Value, kernel: Value): Value
  inputGradient(dy: Value, kernel: Value): Value
  filterGradient(x: Value, dy: Value): Value
}

/** One way to compute a convolution. */
export interface Candidate {
  /** Such as `columns` or `12 x 12 products`. */
  readonly name: string
  /** Expected mean time of the three forms, inside a network in [h, w, n, c] layout. */
  readonly seconds: number
  forms(): ConvolutionForms
}

/** How to compute a convolution; undefined for the direct form. */
export type ChooseForms = (shapes: Convolution) => ConvolutionForms | undefined

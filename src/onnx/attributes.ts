// Attributes of ONNX nodes: records with the right type tag.
import { type AttributeProto, attributeTypes, type GraphProto } from './proto.ts'

export const intAttribute = (name: string, i: number): AttributeProto => ({
  name,
  type: attributeTypes.int,
  i,
})
export const floatAttribute = (name: string, f: number): AttributeProto => ({
  name,
  type: attributeTypes.float,
  f,
})
export const intsAttribute = (name: string, ints: readonly number[]): AttributeProto => ({
  name,
  type: attributeTypes.ints,
  ints,
})
export const stringAttribute = (name: string, text: string): AttributeProto => ({
  name,
  type: attributeTypes.string,
  s: new TextEncoder().encode(text),
})
export const graphAttribute = (name: string, g: GraphProto): AttributeProto => ({
  name,
  type: attributeTypes.graph,
  g,
})

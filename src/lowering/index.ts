// From a graph of core operators to the fastest graph that ONNX Runtime executes.
export { lower, lowerPortably } from './lower.ts'

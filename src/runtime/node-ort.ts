// The one door to onnxruntime-node, for the sources, tests and scripts: whoever comes through it has silenced it.
import './node-silence.ts'

export * from 'onnxruntime-node'

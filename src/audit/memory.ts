// How much memory an audit takes, told before it starts.
import { gradients } from '../autodiff/index.ts'
import type { ImageClassifier } from '../classifiers/classifier.ts'
import * as g from '../graph/build.ts'
import { bytesOf, type Graph, input, sortNodes } from '../graph/value.ts'
import { lower } from '../lowering/index.ts'
import { peakBytes } from '../training/memory.ts'
import { ConfigError } from '../util/errors.ts'
import { formatSize } from '../util/format.ts'

/** Node, the runtime's code and the page of a report. What data takes is there already when this is asked. */
const ITSELF = 150e6
/**
 * How often weights are there at most: in the file and in what was read of it, in the model that is written for a program and
 * in what the runtime makes of it, for the several programs that are open at one time; and once more per thread that attacks.
 */
const WEIGHTS = { process: 6, lane: 5 } as const
/** The runtime's share of maps for itself: what it keeps of one operator's arrays for a later one that needs less or more. */
const ARENA = 2

/** A step of an attack with gradients: maps and their gradients for a batch. */
function attackStep(classifier: ImageClassifier, batch: number): Graph {
  const { height, width, channels } = classifier.image
  const images = input('images', [batch, height, width, channels])
  const [gradient] = gradients(g.reduceSum(classifier.logits(images)), [images])
  return { inputs: [images], outputs: { gradient: gradient! } }
}

const weightsOf = (graph: Graph): number =>
  sortNodes(Object.values(graph.outputs))
    .filter(({ op }) => op === 'Constant')
    .flatMap(({ outputs }) => outputs)
    .reduce((sum, value) => sum + bytesOf(value), 0)

/**
 * Bytes that the process of an audit takes at its worst moment, about: what was measured is between half of it
 * and all of it (docs/LOG.md). Of a file that is only asked it is not known: 0.
 *
 * @param batch  images at once, of all lanes together
 * @param used   bytes that the process takes already
 * @param most   bytes that it may take
 * @throws ConfigError when it takes more, with what makes it smaller
 */
export function auditBytes(
  classifier: ImageClassifier,
  { batch, lanes, used, most }: { batch: number; lanes: number; used: number; most: number },
): number {
  if (classifier.notDifferentiable !== undefined) return 0
  const needs = (graph: Graph): number =>
    used +
    ITSELF +
    (WEIGHTS.process + lanes * WEIGHTS.lane) * weightsOf(graph) +
    lanes * ARENA * peakBytes(graph)
  const check = (bytes: number): number => {
    if (bytes <= most) return bytes
    throw new ConfigError(
      `an audit with ${batch} images at once takes up to ${formatSize(bytes)} of memory, more than the ${formatSize(most)} that it may take on this machine; choose a smaller --batch`,
    )
  }
  const step = attackStep(classifier, Math.ceil(batch / lanes))
  // What is far too large must not even be lowered.
  check(needs(step))
  return check(needs(lower(step)))
}

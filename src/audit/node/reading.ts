// How the file of an audit is read: with what was told, and with gradients passed through or as they are.
import { type ClassifierOptions, openClassifier } from '../../classifiers/open-classifier.ts'
import type { Beside } from '../../onnx/one-file.ts'
import type { AuditConfig } from '../../runs/audit.ts'

/** The model's copy in the folder: an audit can be continued, and looked at, wherever the folder is. */
export const MODEL_COPY = 'model.onnx'

type Told = Pick<
  AuditConfig['settings'],
  'layout' | 'mean' | 'std' | 'scale' | 'image' | 'output' | 'classes'
>

/** How a file is to be read, of the settings. */
export const readingOf = ({ layout, mean, std, scale, image, output, classes }: Told): ClassifierOptions => ({
  layout,
  mean,
  std,
  scale,
  image,
  output,
  classes,
})

export function classifiersOf(bytes: Uint8Array, settings: Told, beside?: Beside) {
  const told = { ...readingOf(settings), beside }
  const classifier = openClassifier(bytes, { ...told, passThrough: true })
  // Where nothing had to be passed through, both are one.
  const plain = classifier.passedThrough.length > 0 ? openClassifier(bytes, told) : classifier
  return { classifier, plain }
}

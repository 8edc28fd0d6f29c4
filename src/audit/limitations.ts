// What an audit does not say, in sentences.
import type { ImageClassifier } from '../classifiers/classifier.ts'
import type { AuditResult } from '../runs/audit-result.ts'
import { formatCount } from '../util/format.ts'

export function limitationsOf(
  data: AuditResult['data'],
  settings: { readonly norm: string; readonly budget: string },
  { passedThrough, notDifferentiable }: Pick<ImageClassifier, 'passedThrough' | 'notDifferentiable'>,
): string[] {
  return [
    'Attacks show what can be broken, never that nothing can: the share that survives is an upper bound on robustness.',
    `Changes are measured by the ${settings.norm === 'linf' ? 'largest change of a pixel (L∞)' : 'Euclidean length of the change (L2)'} only; rotations, blur, other cameras and other objects are other questions.`,
    `${formatCount(data.n)} images were tried; the interval beside each share says how far chance may have moved it.`,
    ...(data.part === 'training'
      ? [
          'The data has no held-out part: the images may be ones that the model was trained on, which flatters it.',
        ]
      : []),
    ...(data.preparation ? [`Images were prepared for the model: ${data.preparation}.`] : []),
    ...(settings.budget === 'quick'
      ? ['The quick budget runs few attacks: a larger one (--budget standard) may find more.']
      : []),
    ...(notDifferentiable === undefined
      ? []
      : [
          `The model could only be asked, not differentiated (${notDifferentiable}): attacks with gradients were not tried.`,
        ]),
    ...(passedThrough.length > 0
      ? [
          `Gradients were passed through ${passedThrough.length === 1 ? 'an operator that has' : `${passedThrough.length} operators that have`} none: attacks that know more of them may do better.`,
        ]
      : []),
  ]
}

// What classifiers log that learn from labelled and unlabelled images.
import type { Log } from './objective.ts'

type More = Pick<Log, 'name' | 'label'> & { readonly format?: Log['format'] }

/** Cross-entropy of the labels, accuracy on labelled images, and two numbers more, which the phase `classifier` gives. */
export const semiSupervisedLogs = ([first, second]: readonly [More, More]): Log[] =>
  [
    { name: 'loss', label: 'cross-entropy of labels', axis: 'left', color: '#fe6100' } as const,
    {
      axis: first.format === 'percent' ? 'right' : 'left',
      color: '#dc267f',
      dash: 'dashed',
      ...first,
    } as const,
    {
      axis: second.format === 'percent' ? 'right' : 'left',
      color: '#648fff',
      dash: 'dashDot',
      ...second,
    } as const,
    { name: 'accuracy', label: 'accuracy', axis: 'right', color: '#785ef0', format: 'percent' } as const,
  ].map((info) => ({
    ...info,
    value: (results) => results.classifier!.metrics![info.name === 'loss' ? 'supervised' : info.name]!,
  }))

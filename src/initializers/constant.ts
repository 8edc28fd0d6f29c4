// Initializers that fill with one number: constant, zeros, ones.
import { checkNames, checkNumber } from '../util/options.ts'
import { sizeOf } from '../util/shape.ts'
import { type ConfiguredInitializer, configured } from './configured.ts'

const filled = (name: string, config: Readonly<Record<string, number>>, value: number) =>
  configured(name, config, (shape) => new Float32Array(sizeOf(shape)).fill(value))

/** Every element is `value`; default 0, as Keras. */
export function constant(options: { readonly value?: number } = {}): ConfiguredInitializer {
  checkNames('constant', options, ['value'])
  const value = checkNumber('constant', 'value', options.value ?? 0)
  return filled('constant', { value }, value)
}

export function zeros(options: Readonly<Record<never, never>> = {}): ConfiguredInitializer {
  checkNames('zeros', options, [])
  return filled('zeros', {}, 0)
}

export function ones(options: Readonly<Record<never, never>> = {}): ConfiguredInitializer {
  checkNames('ones', options, [])
  return filled('ones', {}, 1)
}

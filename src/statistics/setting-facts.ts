// Settings as names and values that people read.

/** `learningRate` as `learning rate`. */
const spaced = (name: string): string =>
  name.replace(/([a-z\d])([A-Z])/g, (_, a, b) => `${a} ${b.toLowerCase()}`)

/** Settings as names and values; those of a nested record carry its name in front. */
export function settingFacts(settings: object, prefix = ''): [string, string][] {
  return Object.entries(settings).flatMap(([key, value]: [string, unknown]): [string, string][] => {
    const name = prefix + spaced(key)
    if (typeof value === 'string') return [[name, value]]
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return [[name, JSON.stringify(value)]]
    return settingFacts(value, `${name} `)
  })
}

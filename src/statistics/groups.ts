// From runs to columns: runs that differ in their seed only become one group with a short name.
import { ConfigError } from '../util/errors.ts'
import { factsOf, keyOf } from './configuration.ts'
import { type ComparisonEntry, firstOf, type Group, nameOf } from './entry.ts'

/** Settings that may stand in a label. */
const MOST_SETTINGS = 2

const seedOf = ({ record }: ComparisonEntry): number => record.config.settings.seed

/** `latent dim 32`, for the settings in which groups of one model differ; their folder's name where that is long. */
function suffixOf(group: Group, siblings: readonly Group[]): string {
  const facts = siblings.map((each) => factsOf(firstOf(each).record.config))
  const own = factsOf(firstOf(group).record.config)
  const differing = [...own].filter(([name, value]) => facts.some((each) => each.get(name) !== value))
  const texts = differing.map(([name, value]) => `${name} ${value}`)
  const short = texts.length > 0 && texts.length <= MOST_SETTINGS && texts.join(', ').length <= 32
  return short ? texts.join(', ') : nameOf(firstOf(group))
}

/** Labels that are unique: the model, and what tells it from others of the same model. */
function label(groups: readonly Group[]): void {
  const modelOf = (group: Group): string => firstOf(group).record.config.model
  const suffixed = groups.map((group) => {
    const siblings = groups.filter((other) => modelOf(other) === modelOf(group))
    return siblings.length === 1 ? modelOf(group) : `${modelOf(group)} (${suffixOf(group, siblings)})`
  })
  groups.forEach((group, index) => {
    const text = suffixed[index]!
    const taken = suffixed.filter((other) => other === text).length > 1
    group.label = taken ? `${modelOf(group)} (${firstOf(group).folder})` : text
  })
}

/**
 * Groups in the order in which their first run was given.
 *
 * @throws ConfigError when two runs share also their seed: the same numbers would count twice
 */
export function groupsOf(entries: readonly ComparisonEntry[]): Group[] {
  const byKey = new Map<string, Group>()
  for (const entry of entries) {
    const key = keyOf(entry.record.config)
    const group = byKey.get(key) ?? { label: '', entries: [] }
    const twin = group.entries.find((other) => seedOf(other) === seedOf(entry))
    if (twin)
      throw new ConfigError(
        `${twin.folder} and ${entry.folder} have the same settings and the same seed ${seedOf(entry)}: they are one run done twice and would count as two; leave one out, or train with another --seed`,
      )
    group.entries.push(entry)
    byKey.set(key, group)
  }
  const groups = [...byKey.values()]
  for (const group of groups) group.entries.sort((a, b) => seedOf(a) - seedOf(b))
  label(groups)
  return groups
}

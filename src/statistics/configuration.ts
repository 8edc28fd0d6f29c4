// Configurations as facts by name: what runs share, and where they differ.
import { dataName, exampleText } from '../runs/data-text.ts'
import type { RunConfig } from '../runs/index.ts'
import { formatBytes, formatCount } from '../util/format.ts'
import type { Group } from './entry.ts'
import { firstOf } from './entry.ts'
import { settingFacts } from './setting-facts.ts'

/** All that a run was made with, but its seed, its folder and its date; networks follow from settings. */
export function factsOf(config: RunConfig): Map<string, string> {
  const { model, settings, data, machine, versions } = config
  const { seed: _, ...others } = settings
  return new Map([
    ['model', model],
    ...settingFacts(others),
    ['data', dataName(data)],
    ['images', formatCount(data.count)],
    ['image size', exampleText(data) ?? 'none'],
    ['preparation', data.preparation ?? 'none'],
    ['validated on', data.test ? `${formatCount(data.test.count)} held-out images` : 'nothing'],
    ['processor', `${machine.cpu}, ${machine.cores} cores`],
    ['memory', formatBytes(machine.memoryBytes)],
    ['system', `${machine.platform} ${machine.arch}`],
    ...Object.entries(versions),
  ])
}

/** Settings that say how a run is watched and computed, not what is trained. */
const WATCHING = new Set([
  'sampleEvery',
  'checkpointEvery',
  'validateEvery',
  'evaluateEvery',
  'probeEvery',
  'threads',
])

/**
 * What two runs must share to differ in their seed only. Also the layers count, not only their number; how often a run
 * was looked at does not.
 */
export const keyOf = (config: RunConfig): string => {
  const { memoryBytes: _, ...machine } = config.machine
  const networks = config.networks.map(({ name, input, inputs = { input: input ?? [] }, layers }) => ({
    name,
    inputs,
    layers,
  }))
  const { folder: __, test: ___, classes: ____, ...data } = config.data
  const settings = Object.entries({ ...config.settings, seed: 0 })
    .filter(([name]) => !WATCHING.has(name))
    .sort(([a], [b]) => (a < b ? -1 : 1))
  const versions = Object.entries(config.versions).sort(([a], [b]) => (a < b ? -1 : 1))
  return JSON.stringify([config.model, settings, data, machine, versions, networks])
}

/** A setting that is not the same everywhere: its value by group, undefined where a group has no such setting. */
export interface Difference {
  name: string
  values: (string | undefined)[]
}

/** Facts that differ between groups, and those that all of them share, in the order of the configuration. */
export function compareConfigurations(groups: readonly Group[]): {
  differences: Difference[]
  same: [string, string][]
} {
  const facts = groups.map((group) => factsOf(firstOf(group).record.config))
  const names = [...new Set(facts.flatMap((each) => [...each.keys()]))]
  const rows = names.map((name): Difference => ({ name, values: facts.map((each) => each.get(name)) }))
  const isSame = ({ values }: Difference): boolean => values.every((value) => value === values[0])
  return {
    differences: rows.filter((row) => !isSame(row)),
    same: rows.filter(isSame).map(({ name, values }) => [name, values[0]!]),
  }
}

/** Whether seconds can be compared: all groups ran on the same kind of machine. */
export const sameMachine = (groups: readonly Group[]): boolean =>
  new Set(
    groups.map((group) => {
      const { cpu, cores, platform, arch } = firstOf(group).record.config.machine
      return JSON.stringify([cpu, cores, platform, arch])
    }),
  ).size === 1

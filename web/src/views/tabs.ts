// The views of one run by its kind: adding one is a row. Each is loaded when it is asked for.
import type { Component } from 'svelte'
import { imageSize } from '../../../src/runs/image-size.ts'
import type { RunSnapshot } from '../../../src/server/protocol.ts'
import type { LiveRun } from '../lib/run.svelte.ts'

export interface Tab {
  /** In the address. */
  readonly name: string
  readonly label: string
  /** Whether such a run has it. */
  isFor(run: Pick<RunSnapshot, 'config' | 'parts'>): boolean
  load(): Promise<{ default: Component<{ run: LiveRun }> }>
}

const TRAINING: readonly Tab[] = [
  { name: 'live', label: 'Training', isFor: () => true, load: () => import('./Live.svelte') },
  {
    name: 'play',
    label: 'Watch it play',
    isFor: ({ parts }) => parts.agent !== undefined,
    load: () => import('./Agent.svelte'),
  },
  {
    name: 'latent',
    label: 'Latent space',
    isFor: ({ parts }) => parts.sampler !== undefined,
    load: () => import('./Latent.svelte'),
  },
  {
    name: 'team',
    label: 'Who says what',
    isFor: ({ parts }) => parts.team?.most !== undefined,
    load: () => import('./Team.svelte'),
  },
  {
    name: 'secret',
    label: 'Keep a secret',
    isFor: ({ parts }) => parts.cipher !== undefined,
    load: () => import('./Secret.svelte'),
  },
  {
    name: 'critic',
    label: 'Be the critic',
    isFor: ({ parts }) => parts.sampler !== undefined,
    load: () => import('./Critic.svelte'),
  },
  {
    name: 'draw',
    label: 'Draw',
    isFor: ({ config }) => imageSize(config) !== undefined,
    load: () => import('./Draw.svelte'),
  },
  {
    name: 'map',
    label: 'Map',
    // Images that are composed as they are asked for are no set to look at.
    isFor: ({ config, parts }) => parts.features !== undefined && config.data.columns === undefined,
    load: () => import('./Map.svelte'),
  },
  {
    name: 'capsules',
    label: 'Capsules',
    isFor: ({ config, parts }) => parts.capsules !== undefined && imageSize(config) !== undefined,
    load: () => import('./Capsules.svelte'),
  },
  { name: 'files', label: 'Take it with you', isFor: () => true, load: () => import('./Files.svelte') },
]

const AUDIT: readonly Tab[] = [
  { name: 'audit', label: 'Audit', isFor: () => true, load: () => import('./Audit.svelte') },
  {
    name: 'try',
    label: 'Fool it yourself',
    isFor: () => true,
    load: () => import('./Fool.svelte'),
  },
]

const STUDY: readonly Tab[] = [
  { name: 'study', label: 'Study', isFor: () => true, load: () => import('./Study.svelte') },
  { name: 'record', label: 'Files', isFor: () => true, load: () => import('./Record.svelte') },
]

/** Of kinds of runs that have no view of their own: progress, logs and files. */
const ANY: readonly Tab[] = [
  { name: 'record', label: 'Record', isFor: () => true, load: () => import('./Record.svelte') },
]

const TABS: Readonly<Record<string, readonly Tab[]>> = { training: TRAINING, audit: AUDIT, study: STUDY }

/** The views that a run has. */
export const tabsOf = (run: Pick<RunSnapshot, 'recipe' | 'config' | 'parts'>): readonly Tab[] =>
  (Object.hasOwn(TABS, run.recipe) ? TABS[run.recipe]! : ANY).filter(({ isFor }) => isFor(run))

/** Fetches a view before the run is known that may have it. */
export const fetchTab = (name: string): void => {
  const tab = Object.values(TABS)
    .flat()
    .find((candidate) => candidate.name === name)
  void tab?.load()
}

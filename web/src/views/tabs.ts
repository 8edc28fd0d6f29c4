// The views of one run: adding one is a row. Each is loaded when it is asked for.
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

export const TABS: readonly Tab[] = [
  { name: 'live', label: 'Training', isFor: () => true, load: () => import('./Live.svelte') },
  {
    name: 'latent',
    label: 'Latent space',
    isFor: ({ parts }) => parts.sampler !== undefined,
    load: () => import('./Latent.svelte'),
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
  { name: 'files', label: 'Take it with you', isFor: () => true, load: () => import('./Files.svelte') },
]

// Games of an agent that somebody watches, one after the other: whose turn it is, which step is shown, what was scored.
import type { EnvironmentOptions } from '../../../src/environments/environment.ts'
import { makeEnvironment } from '../../../src/environments/registry.ts'
import { type Mind, openMind } from './agent-mind.ts'
import { AgentGame, disagreements, type Moment, type Score } from './agent-play.ts'
import type { LiveRun } from './run.svelte.ts'

/** Steps that are kept for the slider, and those after which an agent's game on a person's seed is given up. */
const [MOST_KEPT, MOST_STEPS] = [3000, 5000]
/** Steps that are offered as those where actions disagree most. */
const MOST_APART = 5

/** What is watched. Whoever makes one calls `tick` so many times a second, and `close` when nobody looks any more. */
export class WatchedAgent {
  readonly #run: LiveRun
  readonly agent
  readonly box
  #mind: Mind | undefined
  /** Step of the training whose weights are at work. */
  weightsOf = $state<number>()
  problem = $state<string>()
  game = $state.raw<AgentGame>()
  /** Steps of games that are over. */
  #past = $state.raw<readonly Moment[]>([])
  /** Counts steps: games change in place. */
  #version = $state(0)
  /** Place of the step that is shown. */
  at = $state(0)
  /** Steps a second. */
  pace = $state(8)
  isPlaying = $state(false)
  isPerson = $state(false)
  /** Actions whose keys a person holds, the newest last. */
  held = $state.raw<readonly number[]>([])
  #scores = $state.raw<readonly Score[]>([])
  seed = $state(1)
  #isBusy = false
  #isClosed = false

  readonly moments = $derived.by((): readonly Moment[] => {
    void this.#version
    return [...this.#past, ...(this.game?.moments ?? [])]
  })
  readonly shown = $derived(this.moments[Math.min(this.at, this.moments.length - 1)])
  readonly apart = $derived(disagreements(this.moments, MOST_APART))
  readonly ofPerson = $derived(this.#scores.filter(({ by }) => by === 'person'))
  /** The agent's on the seeds that a person has played, or on all. */
  readonly ofAgent = $derived.by(() => {
    const own = this.#scores.filter(({ by }) => by === 'agent')
    const seeds = new Set(this.ofPerson.map((score) => score.seed))
    return seeds.size > 0 ? own.filter((score) => seeds.has(score.seed)) : own
  })

  constructor(run: LiveRun) {
    this.#run = run
    this.agent = run.snapshot!.parts.agent!
    this.box = this.#make().observationSpace
    void this.open()
  }

  /** Whether the run is still trained, and newer weights are to come. */
  get isTraining(): boolean {
    return this.#run.status?.state === 'running'
  }

  readonly open = async (): Promise<void> => {
    this.problem = undefined
    try {
      await this.#takeNewest()
      this.#begin(this.seed)
      this.isPlaying = true
    } catch (error) {
      this.problem = (error as Error).message
    }
  }

  async tick(): Promise<void> {
    const { game } = this
    if (!this.isPlaying || this.#isBusy || !game) return
    this.#isBusy = true
    try {
      const wasLast = this.at >= this.moments.length - 1
      if (game.isOver) {
        if (this.isTraining) await this.#takeNewest()
        this.#begin(this.seed + 1)
      } else {
        const noop = Math.max(0, this.agent.actions.indexOf('noop'))
        await game.step(this.isPerson ? (this.held.at(-1) ?? noop) : undefined)
        this.#version++
        if (game.isOver) {
          this.#keep(game.score)
          if (this.isPerson) {
            this.isPlaying = false
            void this.#compare(game.seed)
          }
        }
      }
      if (wasLast) this.#showLast()
    } catch (error) {
      this.problem = (error as Error).message
      this.isPlaying = false
    }
    this.#isBusy = false
  }

  readonly show = (place: number): void => {
    this.isPlaying = false
    this.at = Math.max(0, Math.min(this.moments.length - 1, place))
  }
  readonly toggle = (): void => {
    if (!this.isPlaying) this.#showLast()
    this.isPlaying = !this.isPlaying
  }
  /** A person goes on: from the step that is shown, where that is one of this game. */
  readonly takeOver = (): void => {
    const step = this.at - this.#past.length
    if (this.game && step >= 0 && step < this.game.moments.length - 1) this.game.rewind(step)
    this.#version++
    this.#goOn(true)
  }
  readonly giveBack = (): void => {
    this.isPerson = false
    this.isPlaying = true
  }
  /** A person plays a game on a seed of their own. */
  readonly playSeed = (): void => {
    const free = Math.max(0, ...this.ofPerson.map((score) => score.seed)) + 1
    this.#begin(Math.max(1001, free))
    this.#goOn(true)
  }
  readonly watchSeed = (seed: number): void => {
    this.#begin(seed)
    this.#goOn(false)
  }

  close(): void {
    this.#isClosed = true
    this.isPlaying = false
    void this.#mind?.close()
  }

  readonly #make = () => makeEnvironment(this.agent.environment, this.agent.options as EnvironmentOptions)
  readonly #newGame = (seed: number): AgentGame =>
    new AgentGame(this.#make(), (seen) => this.#mind!.think(seen), seed)

  #showLast(): void {
    this.at = this.moments.length - 1
  }
  #goOn(isPerson: boolean): void {
    this.isPerson = isPerson
    this.isPlaying = true
    this.#showLast()
  }
  #begin(from: number): void {
    this.#past = [...this.#past, ...(this.game?.moments ?? [])].slice(-MOST_KEPT)
    this.seed = Math.max(0, Math.floor(from) || 0)
    this.game = this.#newGame(this.seed)
    this.#version++
  }

  /** Takes the weights of the newest checkpoint, where they are others. */
  async #takeNewest(): Promise<void> {
    const { source } = this.#run
    const newest = await source.newestStep()
    if (this.#mind && newest === this.weightsOf) return
    const before = this.#mind
    this.#mind = await openMind(source, this.agent, this.box.shape)
    this.weightsOf = newest
    await before?.close()
  }

  #keep(score: Score | undefined): void {
    if (score && !this.#scores.some((other) => other.seed === score.seed && other.by === score.by))
      this.#scores = [...this.#scores, score]
  }

  /** Lets the agent play a seed to its end, unseen. */
  async #compare(on: number): Promise<void> {
    if (this.#scores.some((score) => score.by === 'agent' && score.seed === on)) return
    const other = this.#newGame(on)
    while (!other.isOver && other.moments.length < MOST_STEPS && !this.#isClosed) await other.step()
    this.#keep(other.score)
  }
}

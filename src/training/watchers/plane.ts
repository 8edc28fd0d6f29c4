// Looking at a duel of points of the plane while it goes on: frames of it, at an even pace, for report and pages.
import type { KnownModes } from '../../data/modes.ts'
import { type Examples, examplesSource } from '../../data/source.ts'
import type { PlaneMap, PlaneRow } from '../../runs/plane.ts'
import { randomStream } from '../../util/random.ts'
import { modesReached } from '../../watches/collapse.ts'
import { feeder } from '../feeds.ts'
import { drawInputs, openFunction } from '../functions.ts'
import { PLANE, planeGraph, planePlayers } from '../plane-graph.ts'
import type { OpenWatcher } from '../watcher.ts'
import { modeSamples } from './samples.ts'

export interface PlaneOptions {
  readonly every: number
  /** Points of the generator, and cells of the map along each side. */
  readonly count: number
  readonly side: number
  /** Made points whose pull is told, and real points that are shown. */
  readonly arrows: number
  readonly shown: number
  /** The real points; without any there is nothing to look at. */
  readonly real: Examples | undefined
  /** What is known of the modes of the data. Default: nothing */
  readonly modes?: KnownModes | undefined
}

/** Real points that the window is found by, and its room around them. */
const [MOST_REAL, ROOM] = [2000, 1.3]

type Window = PlaneRow['window']

/** A square around points, with room. */
function windowAround(points: Float32Array): Window {
  const ends = [0, 1].map((axis) => {
    const values = points.filter((_, i) => i % 2 === axis)
    return [Math.min(...values), Math.max(...values)] as const
  })
  const [[left, right], [bottom, top]] = ends as [readonly [number, number], readonly [number, number]]
  const short = (value: number): number => Number(value.toPrecision(4))
  return {
    x: short((left + right) / 2),
    y: short((bottom + top) / 2),
    half: short((ROOM * Math.max(right - left, top - bottom)) / 2) || 1,
  }
}

/** The middles of the cells of a window, row by row from the bottom. */
function cellsOf({ x, y, half }: Window, side: number): Float32Array<ArrayBuffer> {
  const at = (i: number): number => half * ((2 * i + 1) / side - 1)
  return Float32Array.from({ length: 2 * side * side }, (_, i) => {
    const cell = i >> 1
    return i % 2 === 0 ? x + at(cell % side) : y + at(Math.floor(cell / side))
  })
}

/** Coordinates to a thousandth of the window; what is far outside is put at its tenfold, what is no number too. */
function coordinates(values: Float32Array, { x, y, half }: Window): number[] {
  const digits = Math.max(0, Math.ceil(-Math.log10((2 * half) / 1000)))
  return Array.from(values, (value, i) => {
    const middle = i % 2 === 0 ? x : y
    const off = Number.isFinite(value) ? Math.max(-10 * half, Math.min(10 * half, value - middle)) : 10 * half
    return Number((middle + off).toFixed(digits))
  })
}

const brief = (value: number): number => (Number.isFinite(value) ? Number(value.toPrecision(3)) : 0)
const mean = (values: Float32Array): number => values.reduce((sum, x) => sum + x, 0) / values.length

/** The number that nine of ten of the values exceed. */
const lowTenth = (values: Float32Array): number => values.toSorted()[Math.floor(0.1 * (values.length - 1))]!

/** From scores to levels: see `PlaneMap`. */
function scoreLevels({ cells, real }: { readonly cells: Float32Array; readonly real: Float32Array }) {
  const border = lowTenth(real)
  const highest = Math.max(...cells, ...real)
  const lowest = lowTenth(cells)
  return (score: number): number => {
    const range = score < border ? border - lowest : highest - border
    return range > 0 ? 50 + (50 * (score - border)) / range : 50
  }
}

/** Levels of the map, of what the discriminator said of its cells, of real and of made points. */
export function planeMap(
  unit: PlaneMap['unit'],
  side: number,
  said: { readonly cells: Float32Array; readonly real: Float32Array; readonly made: Float32Array },
): PlaneMap {
  const levelOf = unit === 'probability' ? (given: number): number => 100 * given : scoreLevels(said)
  return {
    unit,
    side,
    level: Array.from(said.cells, (given) => {
      const level = Math.round(levelOf(given))
      return Number.isFinite(level) ? Math.max(0, Math.min(100, level)) : 50
    }),
    real: brief(mean(said.real)),
    made: brief(mean(said.made)),
  }
}

/** Frames of the duel, where the objective makes points of the plane like those of the data. */
export const plane =
  ({ every, count, side, arrows, shown, real, modes }: PlaneOptions): OpenWatcher =>
  async ({ objective, program, seed }) => {
    const players = real && every > 0 ? planePlayers(objective, real.columns) : undefined
    if (!real || !players) return undefined
    const { column, generate, judge } = players
    const pointsOf = (most: number): Float32Array<ArrayBuffer> => {
      const taken = Math.min(most, real.count)
      const out = new Float32Array(2 * taken)
      const even = Uint32Array.from({ length: taken }, (_, i) => Math.floor((i * real.count) / taken))
      real.fill(column, even, out)
      return out
    }
    const behind = pointsOf(shown)
    const window = windowAround(pointsOf(MOST_REAL))
    const cells = cellsOf(window, side)
    const asked = new Float32Array(cells.length + behind.length)
    asked.set(cells)
    asked.set(behind, cells.length)

    let now = 0
    const { columns } = real
    const { graph, feeds } = planeGraph(objective, players, {
      count,
      asked: asked.length / 2,
      columns,
      stepOf: () => now,
    })
    const model = await program.attach(graph, { name: `${objective.name} on the plane` })
    const source = examplesSource(real, 'epoch').open({ seed, batchSize: count, draws: 1 })
    const prepare = feeder(feeds, { seed, source })
    const wanted = new Set(model.inputNames)
    const known = modes?.classifiedBy ? undefined : modes
    const many = known && (await openFunction(program, generate, modeSamples(known)))

    /** The modes of the very samples that the alarm for collapsed ones looks at. */
    const modesAt = async (step: number): Promise<Pick<PlaneRow, 'modes'>> => {
      if (!known || !many) return {}
      const inputs = drawInputs(generate, many.count, randomStream(seed, 'sample/modes', step))
      const named = await known.name(await many.run(inputs))
      const { reached, of, samples } = modesReached(named.modes, known.count)
      const good = named.good.reduce((sum, one) => sum + one, 0)
      return { modes: { reached, of, highQuality: brief(good / samples), samples } }
    }
    return {
      every,
      alone: true,
      async *observe(step) {
        now = step
        // The same latents and the same real points at every step: what moves was moved by the players.
        const given = Object.entries(prepare(0, 1)).map(
          ([name, { data, shape }]) => [name, { data, shape: shape.slice(1) }] as const,
        )
        const fed = [...given, [PLANE.asked, { data: asked, shape: [asked.length / 2, 2] }] as const]
        const found = await model.run(Object.fromEntries(fed.filter(([name]) => wanted.has(name))))
        const outputs = Object.fromEntries(
          Object.entries(found).map(([name, { data }]) => [name, data as Float32Array]),
        )
        const said = outputs[PLANE.said]
        const row: PlaneRow = {
          step,
          window,
          real: coordinates(behind, window),
          made: coordinates(outputs[PLANE.made]!, window),
          pull: Array.from(outputs[PLANE.pull]!.subarray(0, 2 * arrows), brief),
          ...(judge && said
            ? {
                map: planeMap(judge.name === 'judge' ? 'probability' : 'score', side, {
                  cells: said.subarray(0, side * side),
                  real: said.subarray(side * side),
                  made: outputs[PLANE.saidOfMade]!,
                }),
              }
            : {}),
          ...(await modesAt(step)),
        }
        yield { type: 'record', log: 'plane', row }
      },
    }
  }

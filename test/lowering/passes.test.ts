// Every rewrite keeps the results: random graphs and their gradients, interpreted before and after.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { interpret } from '../../src/graph/interpreter.ts'
import type { Graph } from '../../src/graph/value.ts'
import { joinChoices } from '../../src/lowering/choices.ts'
import { lowerConvolutions } from '../../src/lowering/convolutions.ts'
import { joinVectors } from '../../src/lowering/join-vectors.ts'
import { lower } from '../../src/lowering/lower.ts'
import { fuseBias, fuseTransposes } from '../../src/lowering/matrix-products.ts'
import { multiplySums } from '../../src/lowering/reductions.ts'
import { shareCommon } from '../../src/lowering/share.ts'
import { simplify } from '../../src/lowering/simplify.ts'
import { exportModel } from '../../src/onnx/export.ts'
import { openSession } from '../onnx/session.ts'
import { countOps, expectKept, expectSame, feedsFor, nodesOf } from './nodes.ts'
import { graphOfRecipe, type Recipe, recipes } from './random-graphs.ts'

const passes: Readonly<Record<string, (graph: Graph) => Graph>> = {
  simplify,
  shareCommon,
  fuseTransposes,
  fuseBias,
  multiplySums,
  lowerConvolutions,
  joinChoices,
  joinVectors,
  lower,
  'lower, twice': (graph) => lower(lower(graph)),
}

/** The recipes of a fixed seed, for tests that are not properties of each recipe alone. */
const sample = (count: number): Recipe[] => fc.sample(recipes(), { numRuns: count, seed: 5 })

describe('every rewrite keeps names, types, shapes and results of random graphs', () => {
  for (const [name, pass] of Object.entries(passes))
    it(name, () => {
      fc.assert(
        fc.property(recipes(), (recipe) => {
          const graph = graphOfRecipe(recipe)
          expectKept(graph, pass(graph))
        }),
        { numRuns: 100 },
      )
    })
})

describe('the random graphs', () => {
  it('are changed by every rewrite that has something to do with them', () => {
    const changed: Record<string, number> = {}
    for (const recipe of sample(100))
      for (const [name, pass] of Object.entries(passes)) {
        const graph = graphOfRecipe(recipe)
        if (JSON.stringify(countOps(pass(graph))) !== JSON.stringify(countOps(graph)))
          changed[name] = (changed[name] ?? 0) + 1
      }
    for (const name of ['simplify', 'shareCommon', 'fuseTransposes', 'fuseBias', 'lower'])
      expect(changed[name], name).toBeGreaterThan(10)
  })

  it('have finite results, so that comparing them says something', () => {
    for (const recipe of sample(100)) {
      const graph = graphOfRecipe(recipe)
      for (const { data } of Object.values(interpret(graph, feedsFor(graph))))
        expect(data.every(Number.isFinite)).toBe(true)
    }
  })
})

describe('a lowered graph', () => {
  it('has fewer nodes, and no more of them when lowered again', () => {
    for (const recipe of sample(60)) {
      const graph = graphOfRecipe(recipe)
      const once = lower(graph)
      expect(nodesOf(once).length).toBeLessThan(nodesOf(graph).length)
      expect(nodesOf(lower(once)).length).toBeLessThanOrEqual(nodesOf(once).length)
    }
  })

  it('gives the same results in ONNX Runtime as the graph before in float64, to 1e-4', async () => {
    for (const recipe of sample(60)) {
      const graph = graphOfRecipe(recipe, { smooth: true, limit: 20 })
      const feeds = feedsFor(graph)
      const session = await openSession(exportModel(lower(graph), { name: 'random' }))
      expectSame(await session.run(feeds), interpret(graph, feeds), 1e-4)
    }
  })
})

// The kinds of runs there are. A new one is a row here, its faces on the command line and in the studio, and a room that makes it.
import { DataError } from '../util/errors.ts'
import { AUDIT } from './audit.ts'
import type { RunHead } from './head.ts'
import type { Recipe } from './recipe.ts'
import { STUDY } from './study.ts'
import { TRAINING } from './training.ts'

/** Kinds of runs by the name that `config.json` has. */
export type RecipeTable = Readonly<Record<string, Recipe>>

export const RECIPES: RecipeTable = { [TRAINING.name]: TRAINING, [AUDIT.name]: AUDIT, [STUDY.name]: STUDY }

const orList = (names: readonly string[]): string =>
  names.length < 2 ? names.join() : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`

/** @throws DataError when there is none of this name */
export function recipeOf({ recipe }: Pick<RunHead, 'recipe'>, recipes: RecipeTable = RECIPES): Recipe {
  if (Object.hasOwn(recipes, recipe)) return recipes[recipe]!
  throw new DataError(
    `this version does not know what kind of run "${recipe}" is: expected ${orList(Object.keys(recipes))}; a newer version may read it`,
  )
}

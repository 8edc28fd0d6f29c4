// The data that a form offers: named sets, and what runs in the folder had. No page names other places on the disk.
import { namedSets } from '../../data/node/index.ts'
import { settingsOfData } from '../../lifecycle/data-settings.ts'
import { fieldOf, type StartForm } from './start.ts'

/** @param used  names and folders of data that runs here had */
export const dataChoices = (used: readonly string[]): NonNullable<StartForm['data']>['choices'] =>
  [...new Set([...Object.keys(namedSets), ...used])].map((name) => ({
    name,
    settings: settingsOfData(name).map(fieldOf(false)),
  }))

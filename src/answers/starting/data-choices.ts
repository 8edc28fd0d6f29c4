// The data that a form offers: named sets, and what runs in the folder had. No page names other places on the disk.
import { dataNames, namedSets } from '../../data/node/index.ts'
import { settingsOfData } from '../../lifecycle/data-settings.ts'
import { fieldOf, type StartForm } from './start.ts'

type Choices = NonNullable<StartForm['data']>['choices']

const imageSets = Object.keys(namedSets)
/** All that has a name but no data at all: models that make their own are files, which no form begins. */
const sets = dataNames().filter((name) => name !== 'none')

/**
 * @param used  names and folders of data that runs here had
 * @param what  sets of images that are held as they are, or data of any kind. Default `images`
 */
export const dataChoices = (used: readonly string[], what: 'images' | 'any' = 'images'): Choices =>
  [...new Set([...(what === 'any' ? sets : imageSets), ...used])].map((name) => ({
    name,
    settings: settingsOfData(name).map(fieldOf(false)),
  }))

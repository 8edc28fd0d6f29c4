// The registry of attacks: adding one is a line.
import { ConfigError } from '../util/errors.ts'
import { nearestName } from '../util/nearest-name.ts'
import { apgd } from './apgd.ts'
import type { Attack } from './attack.ts'
import { BLACK_BOX } from './black-box.ts'
import { carliniWagner } from './carlini-wagner.ts'
import { deepfool } from './deepfool.ts'
import { fab } from './fab.ts'
import { fgsm, pgd } from './pgd.ts'

export const ATTACKS: readonly Attack[] = [fgsm, pgd, apgd, fab, carliniWagner, deepfool, ...BLACK_BOX]

/** @throws ConfigError listing the attacks, with the nearest name, when there is none of this one */
export function attackNamed(name: string): Attack {
  const found = ATTACKS.find((attack) => attack.name === name)
  if (found) return found
  const names = ATTACKS.map((attack) => attack.name)
  const near = nearestName(name, names)
  throw new ConfigError(
    `unknown attack "${name}"${near ? `; did you mean "${near}"?` : '.'} Known attacks: ${names.join(', ')}`,
  )
}

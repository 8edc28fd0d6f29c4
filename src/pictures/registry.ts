// The kinds of figures that objectives can ask for, beside curves and samples: a new one is a file and a line here.
import { autoencoderPictures } from './autoencoder-pictures.ts'
import { capsulePictures } from './capsules.ts'
import { classificationPictures } from './classification.ts'
import type { PictureMaker } from './picture-maker.ts'
import { pointsPicture } from './points.ts'
import { teamPictures } from './team.ts'

export const PICTURES: Readonly<Record<string, PictureMaker>> = {
  /** A map of latents, reconstructions, and where examples lie: of `encode` and `decode`. */
  latents: autoencoderPictures,
  /** What is drawn of capsules, and what each of their numbers changes: of `capsules` and `rebuild`. */
  capsules: capsulePictures,
  /** Fresh points of the plane before real ones: of `generate`. */
  points: pointsPicture,
  /** How held-out images are named: of `classify`. */
  'confusion-matrix': classificationPictures,
  /** What agents say and do: of `decide` and `speak`. */
  team: teamPictures,
}

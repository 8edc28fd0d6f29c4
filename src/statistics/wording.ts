// The words for each number: what it means to have less of it, or more.

/** What a sentence is about, in the order in which the page lists them. */
export const TOPICS = {
  closeness: 'Closer to the data',
  realism: 'More realistic',
  variety: 'More varied',
  smoothness: 'Smoother or noisier',
  copies: 'Copies',
  steadiness: 'Steadier',
  alarms: 'Alarms',
  speed: 'Faster',
  other: 'Other measures',
} as const
export type Topic = keyof typeof TOPICS

export interface Sentence {
  topic: Topic
  /** Name of the row that it speaks of. */
  row: string
  text: string
  /** Whether it claims a difference. */
  claims: boolean
}

export interface Wording {
  topic: Topic
  /** `A is ... than B`, where A is the better one; of a measure that is best near real images, the lower one. */
  more: string
  most: string
  /** What it is to lie below or above real images. */
  below?: string
  above?: string
}

const CLOSER = { topic: 'closeness', more: 'closer to the data', most: 'closest to the data' } as const
const REALISTIC = { topic: 'realism', more: 'more realistic', most: 'most realistic' } as const
const VARIED = { topic: 'variety', more: 'more varied', most: 'most varied' } as const

const WORDINGS: Readonly<Record<string, Wording>> = {
  fid: CLOSER,
  kid: CLOSER,
  inceptionScore: {
    topic: 'realism',
    more: 'clearer and more varied',
    most: 'clearest and most varied',
  },
  precision: REALISTIC,
  density: REALISTIC,
  recall: VARIED,
  coverage: VARIED,
  classDivergence: {
    topic: 'variety',
    more: 'truer to the mix of classes',
    most: 'truest to the mix of classes',
  },
  sharpness: {
    topic: 'smoothness',
    more: 'smoother',
    most: 'smoothest',
    below: 'smoother than real images',
    above: 'sharper than real images',
  },
  noise: {
    topic: 'smoothness',
    more: 'less noisy',
    most: 'least noisy',
    below: 'less noisy than real images',
    above: 'noisier than real images',
  },
  memorisation: {
    topic: 'copies',
    more: 'further from the training images',
    most: 'furthest from the training images',
    below: 'further from the training images than unseen real images are',
    above: 'nearer to the training images than unseen real images are',
  },
  duplicateRate: { topic: 'copies', more: 'freer of duplicates', most: 'freest of duplicates' },
  unsteadiness: { topic: 'steadiness', more: 'steadier', most: 'steadiest' },
  stepTime: { topic: 'speed', more: 'faster per step', most: 'fastest per step' },
  secondsToQuality: { topic: 'speed', more: 'sooner at that quality', most: 'soonest at that quality' },
}

/** Words for a number by its name; one without words of its own is better or worse, and the sentence names it. */
export const wordingOf = ({ name }: { name: string }): Wording =>
  Object.hasOwn(WORDINGS, name) ? WORDINGS[name]! : { topic: 'other', more: 'better', most: 'best' }

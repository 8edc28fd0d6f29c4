// Every limit on what files, settings and names may ask for, each with its reason.
//
// A limit is there so that a small thing cannot take a large amount of memory or time: a file of another person, a
// number with too many zeros. It lies well above what real use needs, and is told in the error that it causes. Limits
// that depend on the machine (a step of training, the images of a data set) are shares of its memory.

const KB = 1e3
const MB = 1e6
const GB = 1e9

/** The largest file of a kind that is read, and what to say of a larger one. */
export interface FileLimit {
  /** The kind, as messages call it. */
  readonly what: string
  readonly bytes: number
  /** What to do about a larger one. */
  readonly remedy: string
}

const damaged = 'it is damaged or not what its name says'

/** By kind of file. A file's size is asked before any of it is read. */
export const FILES = {
  /** config.json of a run is about 10 kB, evaluation.json with all measures of 256 classes less than 1 MB. */
  record: { what: 'a record of a run', bytes: 4 * MB, remedy: damaged },
  /** A million steps of six metrics are 200 MB; more than 512 MB no text in JavaScript can hold. */
  log: { what: 'a log of a run', bytes: 400 * MB, remedy: damaged },
  /** Node reads at most 2 GiB at once. Weights and Adam's slots of the largest model here are 100 MB. */
  checkpoint: { what: 'a checkpoint', bytes: 2 ** 31 - 1, remedy: damaged },
  /** Protocol buffers, and so ONNX files, end at 2 GiB. */
  network: { what: 'an ONNX file', bytes: 2 ** 31 - 1, remedy: damaged },
  /** Sample sheets, figures and reports are a few MB; a report with 100 sheets of large images stays below. */
  picture: { what: 'a picture or page of a run', bytes: 256 * MB, remedy: damaged },
  /** A lock is one line; /proc files are a few. */
  small: { what: 'such a file', bytes: 64 * KB, remedy: damaged },
  /** A model of one's own is about a hundred lines. */
  code: { what: 'the file of a model', bytes: 4 * MB, remedy: 'name a file of JavaScript' },
  /** Flags and values: a few hundred bytes. */
  settings: { what: 'a configuration file', bytes: 1 * MB, remedy: 'name a file of settings in JSON' },
  /** An uncompressed TIFF of 60 million pixels with 16 bits is 360 MB. Eight are read at a time. */
  image: { what: 'an image', bytes: 400 * MB, remedy: 'reduce it, or take it out of the folder' },
  /** Node reads at most 2 GiB at once; MNIST has 47 MB, EMNIST, the largest of its kind, 550 MB. */
  idx: { what: 'an IDX file', bytes: 2 ** 31 - 1, remedy: 'split it, or give the images as a folder' },
  /** The largest cartridges of the Atari 2600 had 64 KiB; those that are known here have 2 or 4. */
  cartridge: { what: 'a cartridge of the Atari 2600', bytes: 512 * KB, remedy: 'name the file of a game' },
  /** Scripts and the runtime of our own pages. */
  page: { what: "a part of the studio's pages", bytes: 256 * MB, remedy: 'run "npm run build" again' },
} as const satisfies Readonly<Record<string, FileLimit>>

/** Rows of a log. One of a million steps has a million; as objects in memory they take some 100 bytes each. */
export const MOST_ROWS = 5_000_000

/** Bytes of a safetensors header: 100 for a tensor, and the largest model here has 100. */
export const MOST_TENSORS_HEADER = 16 * MB

/** Bytes of a download: MNIST's largest file has 10 MB. A server that goes on for ever must not fill the disk. */
export const MOST_DOWNLOAD = 1 * GB

/**
 * A gzipped file of images may become this many times larger, and anything up to `free` bytes. MNIST grows fivefold,
 * images of black and white some thirtyfold; what gzip can be made to do is a thousandfold.
 */
export const INFLATION = { times: 100, free: 128 * MB } as const

/**
 * Pixels of one image file. The cameras of phones go to 200 million. Images of more than `together` pixels are decoded
 * one at a time: one takes up to 800 MB, and eight are read at once otherwise.
 */
export const IMAGE_PIXELS = { most: 2 ** 28, together: 2 ** 24 } as const

/** Labels of images are bytes. */
export const MOST_CLASSES = 256

/** Classes in a run's record: those of three images together, of ten classes each. */
export const MOST_RECORDED_CLASSES = 1000

/** Height, width or channels of images, in a run's record. */
export const MOST_LENGTH = 65_535

/** Numbers of all images that are drawn at once, 4 bytes each: 10,000 images of 64 x 64 in colour, 0.5 GB. */
export const MOST_DRAWN = 2 ** 27

/** Pixels of a picture of samples: 10,000 digits at scale 4. */
export const MOST_PICTURE = 2 ** 27

/** Numbers of settings. */
export const MOST = {
  /** Below it the number of examples seen, steps x batch, is exact. Twelve thousand are usual. */
  steps: 1_000_000_000,
  /** All of a folder of 100,000 photos at once. What a batch takes is held against the memory besides. */
  batchSize: 100_000,
  /** The largest processors have 192 cores; each thread takes memory of its own and waits by turning round. */
  threads: 256,
  /** Digits that are drawn: 0.8 GB of pixels. MNIST has 70,000. */
  digits: 1_000_000,
  /** Samples of one draw of an evaluation: published FIDs take 50,000. */
  evaluated: 100_000,
  /** Jobs of one study: certificates of all of MNIST's test images, in shards of one. */
  jobs: 100_000,
} as const

/**
 * Threads on one machine: so many per core, and `free` on any. Waiting threads of the runtime keep their core busy: 256 on
 * two cores made 0.4 steps a second of a model that makes 60.
 */
export const THREADS = { perCore: 4, free: 16 } as const

/** Shares of the machine's memory (or of what a container allows). */
export const SHARES = {
  /** One step of training: weights, slots, gradients and the largest set of arrays that are needed at one time. */
  step: 0.75,
  /** What a source remembers, such as frames that were played: with a checkpoint it is there three times. */
  remembered: 0.25,
  /** The images of one part of a data set. */
  images: 0.5,
} as const

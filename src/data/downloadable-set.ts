// A data set that is published as four IDX files: the description that the downloader works from.

/** A gzipped IDX file. */
export interface PublishedFile {
  /** As it is called on every mirror. */
  readonly name: string
  /** SHA-256, hex, of the *uncompressed* content: mirrors may compress the same bytes differently. */
  readonly sha256: string
}

/** A data set of images and labels, for training and for testing, as MNIST and its relatives come. */
export interface DownloadableSet {
  readonly name: string
  /** Addresses that end in a slash, best first; each is tried in turn. */
  readonly mirrors: readonly string[]
  /** Names of the classes, in the order of the labels. */
  readonly classes: readonly string[]
  readonly files: {
    readonly trainImages: PublishedFile
    readonly trainLabels: PublishedFile
    readonly testImages: PublishedFile
    readonly testLabels: PublishedFile
  }
}

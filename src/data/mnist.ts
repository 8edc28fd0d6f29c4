// What MNIST is made of: its four files, where to get them and how to recognise them.
import { DIGIT_CLASSES } from './digits.ts'
import type { DownloadableSet } from './downloadable-set.ts'

/**
 * MNIST: 60,000 + 10,000 handwritten digits, 28 x 28.
 *
 * @source LeCun, Cortes and Burges, http://yann.lecun.com/exdb/mnist/
 */
export const mnist: DownloadableSet = {
  name: 'mnist',
  mirrors: [
    'https://ossci-datasets.s3.amazonaws.com/mnist/',
    'https://storage.googleapis.com/cvdf-datasets/mnist/',
    'http://yann.lecun.com/exdb/mnist/',
  ],
  classes: DIGIT_CLASSES,
  files: {
    trainImages: {
      name: 'train-images-idx3-ubyte.gz',
      sha256: 'ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db',
    },
    trainLabels: {
      name: 'train-labels-idx1-ubyte.gz',
      sha256: '65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5',
    },
    testImages: {
      name: 't10k-images-idx3-ubyte.gz',
      sha256: '0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7',
    },
    testLabels: {
      name: 't10k-labels-idx1-ubyte.gz',
      sha256: 'ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2',
    },
  },
}

// How a setting is called on the command line.

/** `latentDim` as it is typed: `--latent-dim`. */
export const flagOf = (name: string): string =>
  `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`

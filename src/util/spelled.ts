// Names of programs as people read them.

/** `inceptionScore` as `Inception score`, `fid` as `FID`. */
export function spelled(name: string): string {
  if (name.length <= 3) return name.toUpperCase()
  const words = name.replace(/([A-Z])/g, (letter) => ` ${letter.toLowerCase()}`)
  return words.charAt(0).toUpperCase() + words.slice(1)
}

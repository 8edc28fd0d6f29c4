// How much images differ from each other.

/** Mean over pixels of the standard deviation across images `[count, size]`. Unitless, for pixels in [0, 1]. */
export function pixelDeviation(images: Float32Array, count: number): number {
  const size = images.length / count
  let total = 0
  for (let pixel = 0; pixel < size; pixel++) {
    let sum = 0
    let squares = 0
    for (let i = 0; i < count; i++) {
      const value = images[i * size + pixel]!
      sum += value
      squares += value * value
    }
    const mean = sum / count
    total += Math.sqrt(Math.max(0, squares / count - mean * mean))
  }
  return total / size
}

// What a run is called when nobody names it.

/** Where runs are, and where a run is looked for by its name. */
export const RUNS_FOLDER = 'runs'

const two = (n: number): string => String(n).padStart(2, '0')

/** `mlp-gan-20260131-174509`, in local time; `-2` and so on when that is taken. */
export function runName(model: string, date: Date, isTaken: (name: string) => boolean): string {
  const day = `${date.getFullYear()}${two(date.getMonth() + 1)}${two(date.getDate())}`
  const time = `${two(date.getHours())}${two(date.getMinutes())}${two(date.getSeconds())}`
  const name = `${model}-${day}-${time}`
  for (let copy = 1; ; copy++) {
    const candidate = copy === 1 ? name : `${name}-${copy}`
    if (!isTaken(candidate)) return candidate
  }
}

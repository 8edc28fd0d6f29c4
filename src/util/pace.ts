// What happens every so many steps of a training, and after the last one.

/** Whether something with this pace is due after step `step` of `steps`; a pace of 0 is never due. */
export const isDue = (step: number, every: number, steps: number): boolean =>
  every > 0 && (step % every === 0 || step === steps - 1)

/** All steps up to and including `last` after which it is due. */
export function dueSteps(every: number, steps: number, last: number): number[] {
  if (every <= 0) return []
  const due = Array.from({ length: Math.floor(last / every) + 1 }, (_, i) => i * every)
  return last === steps - 1 && last % every !== 0 ? [...due, last] : due
}

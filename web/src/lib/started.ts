// Runs that this page has just started: they have no folder yet, so asking for one would only be an error.

const names = new Set<string>()

export const noteStarted = (name: string): void => {
  names.add(name)
}

/** Whether a run was just started here; said once. */
export const wasJustStarted = (name: string): boolean => names.delete(name)

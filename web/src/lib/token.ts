// The token that lets this page change runs: it comes with the address that the terminal printed.

const KEY = 'sparring-token'

/** Takes the token out of the address, so that nobody copies it with a link, and keeps it for this server. */
export function keepToken(): void {
  const match = /^#token=([\w-]+)$/.exec(location.hash)
  if (!match) return
  localStorage.setItem(KEY, match[1]!)
  history.replaceState(null, '', `${location.pathname}#/`)
}

export const token = (): string => localStorage.getItem(KEY) ?? ''

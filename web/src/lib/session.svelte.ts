// What this page may do: everything with the studio's token, which comes with the address that the terminal printed.
import { TOKEN_HEADER } from '../../../src/server/protocol.ts'

/**
 * Where the token is kept, for this server: no file of a run is ever shown as a page of this origin, so that none can
 * read it. The cookie that the server gives for it opens only what is read.
 */
const KEY = 'sparring-token'

/** `nothing`: not even look; `unknown`: the studio does not answer. */
export type Access = 'all' | 'reading' | 'nothing' | 'unknown'

const inAddress = (): string | undefined => /^#token=([\w-]+)$/.exec(location.hash)?.[1]

class Session {
  access = $state<Access>('unknown')

  /** Begins with the token of the address, or else with the one that was kept. Takes it out of the address. */
  async open(): Promise<void> {
    const given = inAddress()
    // Nobody copies it with a link, and going back does not find it.
    if (given) history.replaceState(null, '', `${location.pathname}#/`)
    // A wrong token in the address takes nothing away.
    await this.#begin([given, this.token()])
  }

  token = (): string => localStorage.getItem(KEY) ?? ''

  /** Whether buttons that change something work. */
  get mayChange(): boolean {
    return this.access === 'all'
  }

  /** Told when the server refused this page: the studio was started anew, or the browser dropped the cookie. */
  async lost(): Promise<void> {
    if (this.access === 'all' || this.access === 'reading') await this.#begin([this.token()])
  }

  async #begin(tokens: readonly (string | undefined)[]): Promise<void> {
    for (const token of tokens)
      if (token && (await this.#exchange(token))) {
        localStorage.setItem(KEY, token)
        this.access = 'all'
        return
      }
    const answer = await fetch('/api/info').catch(() => undefined)
    this.access = answer?.ok ? 'reading' : answer?.status === 401 ? 'nothing' : 'unknown'
  }

  async #exchange(token: string): Promise<boolean> {
    const answer = await fetch('/api/session', { method: 'POST', headers: { [TOKEN_HEADER]: token } }).catch(
      () => undefined,
    )
    return answer?.ok === true
  }
}

export const session = new Session()

/** Another address with a token, written over this one or opened in another tab, begins anew. */
export function watchForTokens(): void {
  addEventListener('hashchange', () => {
    if (inAddress()) location.reload()
  })
  addEventListener('storage', ({ key }) => {
    if (key === KEY && session.access !== 'all') location.reload()
  })
}

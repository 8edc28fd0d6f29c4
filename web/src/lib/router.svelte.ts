// Which view the address asks for: `#/`, `#/new`, `#/new/<kind of run>/<what it is of>`, `#/compare?runs=a,b`, `#/runs/<name>` and `#/runs/<name>/<view>`.

export type Route =
  | { readonly view: 'runs' }
  | { readonly view: 'new'; readonly recipe?: string | undefined; readonly model?: string | undefined }
  | { readonly view: 'compare'; readonly runs: readonly string[] }
  | { readonly view: 'run'; readonly run: string; readonly tab: string }

export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?')
  const [first, second, third] = path.split('/').map(decodeURIComponent)
  if (first === 'new') return { view: 'new', recipe: second, model: third }
  if (first === 'compare') {
    const runs = new URLSearchParams(query).get('runs') ?? ''
    return { view: 'compare', runs: runs.split(',').filter(Boolean).map(decodeURIComponent) }
  }
  if (first === 'runs' && second) return { view: 'run', run: second, tab: third || 'live' }
  return { view: 'runs' }
}

export const links = {
  runs: '#/',
  new: '#/new',
  /** The form of a kind of run, with what it is of chosen. */
  start: (recipe: string, model: string) => `#/new/${recipe}/${encodeURIComponent(model)}`,
  compare: (runs: readonly string[]) =>
    `#/compare?runs=${runs.map(encodeURIComponent).map(encodeURIComponent).join(',')}`,
  run: (name: string, tab = 'live') => `#/runs/${encodeURIComponent(name)}${tab === 'live' ? '' : `/${tab}`}`,
}

class Router {
  route = $state.raw<Route>(parseRoute(location.hash))
  constructor() {
    addEventListener('hashchange', () => {
      this.route = parseRoute(location.hash)
    })
  }
}
export const router = new Router()

// The studio's server under attack and in daily use, asked over real sockets.

import { appendFile, cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startRun } from '../../src/lifecycle/index.ts'
import { openStudio, type Studio } from '../../src/server/index.ts'
import type { RunList, RunSnapshot } from '../../src/server/protocol.ts'

let root: string
let runs: string
let studio: Studio
const SECRET = 'nobody may read this'

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'sparring-server-'))
  runs = join(root, 'runs')
  const events = startRun({
    model: 'mlp-gan',
    data: 'digits',
    dataOptions: { count: 120 },
    folder: join(runs, 'first'),
    settings: { steps: 12, batchSize: 8, sampleEvery: 6, checkpointEvery: 6, threads: 1 },
    command: ['sparring', 'train', 'mlp-gan'],
  })
  for await (const _ of events);
  await writeFile(join(root, 'secret.png'), SECRET)
  await mkdir(join(root, 'elsewhere'))
  await writeFile(join(root, 'elsewhere', 'config.json'), await readFile(join(runs, 'first', 'config.json')))
  // Links out of the runs folder: a whole run, and a file of a run.
  await symlink(join(root, 'elsewhere'), join(runs, 'linked'))
  await symlink(join(root, 'secret.png'), join(runs, 'first', 'samples', 'stolen.png'))
  await mkdir(join(runs, 'damaged'))
  await writeFile(join(runs, 'damaged', 'config.json'), '{"format": 1, "model":')
  studio = await openStudio({ runs, port: 0 })
})
afterAll(async () => {
  await studio?.close()
  await rm(root, { recursive: true, force: true })
})

interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

/** A request as it stands: no normalising of paths, any headers; those of a stranger unless it has a token. */
const bare = (
  path: string,
  {
    method = 'GET',
    headers = {},
    body,
  }: { method?: string; headers?: Record<string, string>; body?: string | Buffer } = {},
): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const request = httpRequest(
      {
        host: '127.0.0.1',
        port: studio.port,
        path,
        method,
        headers: { ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }), ...headers },
        agent: false,
      },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('end', () =>
          resolve({
            status: response.statusCode!,
            headers: response.headers,
            text: Buffer.concat(chunks).toString('utf8'),
          }),
        )
      },
    )
    request.on('error', reject)
    request.end(body)
  })

/** A request of somebody who has the token. */
const ask: typeof bare = (path, options = {}) =>
  bare(path, { ...options, headers: { 'x-sparring-token': studio.token, ...options.headers } })

const withToken = (): Record<string, string> => ({
  'x-sparring-token': studio.token,
  'content-type': 'application/json',
})

describe('reading', () => {
  it('lists the runs, damaged ones with their problem, links to elsewhere not at all', async () => {
    const { runs: cards } = JSON.parse((await ask('/api/runs')).text) as RunList
    expect(cards.find(({ name }) => name === 'first')).toMatchObject({
      state: 'finished',
      model: 'mlp-gan',
      done: 12,
      steps: 12,
      sheet: 'samples/step-000011.png',
    })
    expect(cards.find(({ name }) => name === 'damaged')).toMatchObject({
      state: 'unreadable',
      message: expect.stringContaining('not JSON'),
    })
    expect(cards.map(({ name }) => name)).not.toContain('linked')
  })

  it('gives a run with its logs, parts and files', async () => {
    const snapshot = JSON.parse((await ask('/api/runs/first')).text) as RunSnapshot
    expect(snapshot.metrics.step).toEqual(Array.from({ length: 12 }, (_, i) => i))
    expect(snapshot.metrics.generatorLoss).toHaveLength(12)
    expect(snapshot.parts).toMatchObject({
      players: [['discriminator'], ['generator']],
      critic: 'discriminator',
      sampler: { network: 'generator', latentDim: 100 },
    })
    expect(snapshot.files).toEqual(
      expect.arrayContaining(['config.json', 'generator.onnx', 'report.html', 'metrics.jsonl']),
    )
    expect(snapshot.files).not.toContain('run.lock')
  })

  it.each([
    ['/', 200, 'text/html'],
    ['/files/first/samples/step-000006.png', 200, 'image/png'],
    ['/files/first/generator.onnx', 200, 'application/octet-stream'],
    ['/api/runs/first/networks/generator.onnx', 200, 'application/octet-stream'],
    ['/api/runs/first/networks/encoder.onnx', 409, 'application/json'],
    ['/api/runs/missing', 404, 'application/json'],
    ['/api/runs/damaged', 409, 'application/json'],
    ['/api/nothing', 404, 'application/json'],
    ['/nothing.js', 404, 'application/json'],
  ])('%s is answered with %i', async (path, status, type) => {
    const answer = await ask(path)
    expect([answer.status, answer.headers['content-type']?.split(';')[0]]).toEqual([status, type])
  })

  it('opens runs whose folders somebody named in any script, and hands out their files', async () => {
    const name = `Läufe (2) – 訓練 100% 'a' "b"`
    await cp(join(runs, 'first'), join(runs, name), { recursive: true })
    const listed = async () =>
      (JSON.parse((await ask('/api/runs')).text) as RunList).runs.map((card) => card.name)
    // The list is read once a second.
    await expect.poll(listed, { timeout: 5000 }).toContain(name)
    const at = encodeURIComponent(name)
    expect((JSON.parse((await ask(`/api/runs/${at}`)).text) as RunSnapshot).name).toBe(name)
    for (const path of [`/files/${at}/generator.onnx?download`, `/api/runs/${at}/metrics.csv`]) {
      const { status, headers } = await ask(path)
      expect([status, headers['content-disposition']]).toEqual([
        200,
        expect.stringMatching(/^attachment; filename\*=UTF-8''[\w%.()!~*-]+$/),
      ])
    }
    await rm(join(runs, name), { recursive: true })
  })

  it('gives a file once, and then only says that it is still the same', async () => {
    const path = '/files/first/samples/step-000006.png'
    const { etag } = (await ask(path)).headers
    expect(etag).toMatch(/^"/)
    const again = await ask(path, { headers: { 'if-none-match': etag! } })
    expect([again.status, again.text]).toEqual([304, ''])
    expect((await ask(path, { headers: { 'if-none-match': '"other"' } })).status).toBe(200)
  })

  it('puts the pages under a policy', async () => {
    const { headers } = await ask('/')
    expect(headers['content-security-policy']).toContain("default-src 'none'; script-src 'self'")
    expect(headers['x-content-type-options']).toBe('nosniff')
  })
})

describe('paths that lead elsewhere', () => {
  const names = [
    '..',
    '../elsewhere',
    '%2e%2e',
    '%2e%2e%2felsewhere',
    '..%2felsewhere',
    '..%5celsewhere',
    'linked',
    '.',
    '%00',
    'first%00',
    '%ff',
    '~root',
    'a'.repeat(5000),
  ]
  const files = [
    '../../secret.png',
    '..%2f..%2fsecret.png',
    '%2e%2e/%2e%2e/secret.png',
    'samples/../../../secret.png',
    'samples/..%2f..%2f..%2fsecret.png',
    'samples/stolen.png',
    'run.lock',
    'control.jsonl%00.png',
    'checkpoints/step-000011.safetensors',
    '/etc/passwd',
    '//etc/passwd',
    'samples',
    'samples/',
  ]
  it.each([
    ...names.flatMap((name) => [
      `/api/runs/${name}`,
      `/files/${name}/config.json`,
      `/api/runs/${name}/events?from=0`,
    ]),
    ...files.map((file) => `/files/first/${file}`),
    '/../../package.json',
    '/%2e%2e/package.json',
    '/assets/..%2f..%2f..%2fpackage.json',
  ])('%s is not found', async (path) => {
    const { status, text } = await ask(path)
    expect(text).not.toContain(SECRET)
    expect([400, 404]).toContain(status)
    expect(JSON.parse(text)).toEqual({ error: expect.any(String) })
  })
})

describe('strangers', () => {
  it.each(['evil.example', 'evil.example:4321', '127.0.0.1', '127.0.0.1:1', '127.0.0.1.nip.io', '[::1]'])(
    'with the host %j are refused',
    async (host) => {
      const { status, text } = await ask('/api/runs', { headers: { host } })
      expect([400, 403]).toContain(status)
      expect(text).not.toContain('first')
    },
  )

  it.each(['http://evil.example', 'null', 'https://127.0.0.1', 'http://localhost:1', 'file://'])(
    'from the origin %j are refused, also with the token',
    async (origin) => {
      const headers = { ...withToken(), origin }
      expect((await ask('/api/runs', { headers })).status).toBe(403)
      expect((await ask('/api/runs', { method: 'POST', headers, body: '{}' })).status).toBe(403)
    },
  )

  it('from another site are refused where the browser says so', async () => {
    expect((await ask('/', { headers: { 'sec-fetch-site': 'cross-site' } })).status).toBe(403)
    expect((await ask('/', { headers: { 'sec-fetch-site': 'none' } })).status).toBe(200)
  })

  it('from another site get the empty page where a person follows a link, and nothing else', async () => {
    const link = {
      'sec-fetch-site': 'cross-site',
      'sec-fetch-mode': 'navigate',
      'sec-fetch-dest': 'document',
    }
    expect((await bare('/', { headers: link })).status).toBe(200)
    for (const path of ['/api/runs', '/files/first/config.json', '/files/first/report.html'])
      expect((await ask(path, { headers: link })).status).toBe(403)
    expect((await bare('/', { headers: { ...link, 'sec-fetch-dest': 'iframe' } })).status).toBe(403)
  })

  it('on its own origin are welcome', async () => {
    const host = `127.0.0.1:${studio.port}`
    expect((await ask('/api/runs', { headers: { host, origin: `http://${host}` } })).status).toBe(200)
  })

  it('on localhost are sent to the name of the studio', async () => {
    const headers = { host: `localhost:${studio.port}` }
    for (const path of ['/', '/api/runs?x=1', '/files/first/report.html']) {
      const { status, headers: answer } = await ask(path, { headers })
      expect([status, answer.location]).toEqual([307, `http://127.0.0.1:${studio.port}${path}`])
    }
    expect((await ask('/api/runs', { method: 'POST', headers, body: '{}' })).status).toBe(403)
  })

  it('cannot listen on the other address that localhost may mean', async () => {
    const code = await new Promise((resolve) => {
      const server = createServer()
      server.on('error', (error: NodeJS.ErrnoException) => resolve(error.code))
      server.listen(studio.port, '::1', () => server.close(() => resolve('listens')))
    })
    expect(code).toMatch(/EADDRINUSE|EADDRNOTAVAIL|EAFNOSUPPORT/)
  })

  const WRONG = [undefined, '', 'wrong', 'a'.repeat(100_000 / 10)]
  it.each(WRONG)('with the token %j change nothing and read nothing', async (token) => {
    const headers: Record<string, string> = token === undefined ? {} : { 'x-sparring-token': token }
    for (const path of ['/api/runs', '/api/runs/first/control', '/api/anything', '/api/session'])
      for (const method of ['POST', 'PUT', 'DELETE', 'PATCH'])
        expect((await bare(path, { method, headers, body: '{}' })).status).toBe(401)
    for (const path of READ) {
      const { status, text } = await bare(path, { headers })
      expect([path, status]).toEqual([path, 401])
      expect((JSON.parse(text) as { error: string }).error).toContain(
        'open the address that "sparring studio" printed',
      )
    }
  })
})

const READ = [
  '/api/info',
  '/api/runs',
  '/api/runs/first',
  '/api/runs/first/events?from=0',
  '/api/runs/nobody',
  '/files/first/config.json',
  '/files/first/report.html',
  '/files/first/samples/step-000006.png',
]

describe('the cookie', () => {
  const session = () => ask('/api/session', { method: 'POST' })
  const cookieOf = ({ headers }: Answer): string => headers['set-cookie']![0]!.split(';')[0]!

  it('comes for the token, strict and out of reach of scripts, and is not the token', async () => {
    const answer = await session()
    expect([answer.status, answer.text]).toEqual([204, ''])
    const [cookie] = answer.headers['set-cookie']!
    expect(cookie).toMatch(
      new RegExp(`^sparring-${studio.port}=[\\w-]{43}; Path=/; HttpOnly; SameSite=Strict$`),
    )
    expect(cookie).not.toContain(studio.token)
  })

  it('opens what is read, and nothing that changes something', async () => {
    const cookie = cookieOf(await session())
    expect((await bare('/api/runs', { headers: { cookie } })).status).toBe(200)
    expect((await bare('/files/first/config.json', { headers: { cookie } })).status).toBe(200)
    for (const path of ['/api/runs', '/api/runs/first/control', '/api/session'])
      expect((await bare(path, { method: 'POST', headers: { cookie }, body: '{}' })).status).toBe(401)
    for (const site of ['same-site', 'cross-site'])
      expect((await bare('/api/runs', { headers: { cookie, 'sec-fetch-site': site } })).status).toBe(403)
    const changed = cookie.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'))
    expect((await bare('/api/runs', { headers: { cookie: changed } })).status).toBe(401)
  })

  it('of one studio does not open another, and both fit into one browser', async () => {
    const other = await openStudio({ runs, port: 0 })
    const first = cookieOf(await session())
    const ported = (cookie: string) =>
      fetch(`http://127.0.0.1:${other.port}/api/info`, { headers: { cookie } }).then(({ status }) => status)
    const renamed = first.replace(/^[^=]+/, `sparring-${other.port}`)
    expect([await ported(first), await ported(renamed)]).toEqual([401, 401])
    const answer = await fetch(`http://127.0.0.1:${other.port}/api/session`, {
      method: 'POST',
      headers: { 'x-sparring-token': other.token },
    })
    expect(await ported(`${first}; ${answer.headers.get('set-cookie')!.split(';')[0]}`)).toBe(200)
    await other.close()
  })

  it('is not needed to read where reading was opened, but changing something needs the token', async () => {
    const open = await openStudio({ runs, port: 0, openReading: true })
    const at = `http://127.0.0.1:${open.port}`
    expect((await fetch(`${at}/api/runs/first`)).status).toBe(200)
    expect((await fetch(`${at}/api/runs`, { method: 'POST', body: '{}' })).status).toBe(401)
    await open.close()
  })
})

describe('files of runs', () => {
  const FILES = [
    'report.html',
    'figures/learning-curves.svg',
    'config.json',
    'samples/step-000006.png',
    'none.html',
  ]
  const SANDBOX = /^sandbox; default-src 'none'; style-src/

  it.each(FILES)('carry their policy in every answer: %s', async (file) => {
    const path = `/files/first/${file}`
    const image = { 'sec-fetch-dest': 'image' }
    const { headers } = await ask(path, { headers: image })
    const answers = [
      await ask(path, { headers: image }),
      await ask(path),
      await bare(path),
      await ask(path, { method: 'HEAD' }),
      await ask(path, { method: 'POST', body: '{}' }),
      await ask(path, { headers: { ...image, range: 'bytes=0-3' } }),
      await ask(path, { headers: { ...image, 'if-none-match': headers.etag ?? '*' } }),
      await ask(path, { headers: { ...image, 'if-none-match': '*' } }),
      await ask(path, { headers: { 'if-modified-since': new Date().toUTCString() } }),
      await ask(path, { headers: { origin: 'http://evil.example' } }),
      await ask(path, { headers: { 'sec-fetch-site': 'cross-site' } }),
      await ask(`${path}?download`),
    ]
    for (const answer of answers) {
      expect(answer.headers['content-security-policy']).toMatch(SANDBOX)
      expect(answer.headers['x-content-type-options']).toBe('nosniff')
    }
    if (/json|png/.test(file)) expect(answers.map(({ status }) => status)).toContain(304)
  })

  it('that are pages or drawings are shown under another name, where they are never kept', async () => {
    for (const file of ['report.html', 'figures/learning-curves.svg']) {
      const shown = await ask(`/files/first/${file}`, { headers: { 'sec-fetch-dest': 'document' } })
      expect(shown.status).toBe(302)
      const address = new URL(shown.headers.location!)
      expect(address.host).toBe(`localhost:${studio.port}`)
      const headers = { host: address.host }
      for (const conditional of [{}, { 'if-none-match': '*' }, { range: 'bytes=0-3' }]) {
        const answer = await bare(address.pathname, { headers: { ...headers, ...conditional } })
        expect(answer.headers['content-security-policy']).toMatch(
          file.endsWith('.html') ? /^sandbox allow-scripts; default-src 'none';/ : SANDBOX,
        )
        expect(answer.headers['cache-control']).toBe('no-store')
        expect(answer.status).toBe(200)
      }
      // Its address opens this file only, and only as a page.
      const other = address.pathname.replace(file, file.replace(/\w+\./, 'other.'))
      expect((await bare(other, { headers })).status).toBe(403)
      expect((await bare(address.pathname.replace(/first/, 'second'), { headers })).status).toBe(403)
      for (const dest of ['empty', 'iframe', 'script', 'image'])
        expect(
          (await bare(address.pathname, { headers: { ...headers, 'sec-fetch-dest': dest } })).status,
        ).toBe(403)
      expect((await bare(address.pathname)).status).toBe(404)
      // Shown as a picture, or saved: from the studio itself.
      expect((await ask(`/files/first/${file}?download`)).headers['content-disposition']).toMatch(
        /^attachment/,
      )
    }
    const picture = await ask('/files/first/figures/learning-curves.svg', {
      headers: { 'sec-fetch-dest': 'image' },
    })
    expect([picture.status, picture.headers['content-type']]).toEqual([200, 'image/svg+xml; charset=utf-8'])
    expect(picture.headers['content-disposition']).toMatch(/^attachment/)
  })

  it('under any name are found under the other one', async () => {
    const name = `Läufe (2) – 訓練 100% 'a' "b" @;`
    await cp(join(runs, 'first'), join(runs, name), { recursive: true })
    const { headers } = await ask(`/files/${encodeURIComponent(name)}/report.html`)
    const { host, pathname } = new URL(headers.location!)
    expect((await bare(pathname, { headers: { host } })).status).toBe(200)
    await rm(join(runs, name), { recursive: true })
  })
})

describe('malformed requests', () => {
  const start = { model: 'mlp-gan', data: 'digits', settings: {} }
  it.each([
    ['no JSON', 'not json', /expected a body of JSON/],
    ['nothing', '', /expected a body of JSON/],
    ['a list', '[]', /does not fit/],
    ['no model', JSON.stringify({ ...start, model: undefined }), /model/],
    ['an unknown model', JSON.stringify({ ...start, model: 'mlp-gam' }), /did you mean "mlp-gan"/],
    ['an unknown setting', JSON.stringify({ ...start, settings: { steeps: 1 } }), /no setting "steeps"/],
    ['a wrong setting', JSON.stringify({ ...start, settings: { steps: 0 } }), /--steps 0/],
    ['a nested setting', JSON.stringify({ ...start, settings: { steps: {} } }), /does not fit/],
    ['a path as data', JSON.stringify({ ...start, data: '/etc' }), /unknown data "\/etc"/],
    ['a path as name', JSON.stringify({ ...start, name: '../x' }), /name/],
    ['a hidden name', JSON.stringify({ ...start, name: '.x' }), /name/],
    ['a taken name', JSON.stringify({ ...start, name: 'first' }), /there is a run "first" already/],
    ['prototypes', '{"__proto__":{"model":"mlp-gan"},"constructor":1}', /does not fit/],
    ['deep nesting', `${'['.repeat(30_000)}${']'.repeat(30_000)}`, /does not fit|expected a body/],
  ])('with %s are answered with a reason', async (_, body, reason) => {
    const { status, text } = await ask('/api/runs', { method: 'POST', headers: withToken(), body })
    expect(status).toBe(400)
    expect((JSON.parse(text) as { error: string }).error).toMatch(reason)
  })

  it('that are too large are refused', async () => {
    const body = JSON.stringify({ ...start, name: 'x'.repeat(300_000) })
    expect((await ask('/api/runs', { method: 'POST', headers: withToken(), body })).status).toBe(413)
  })

  it.each([
    [{ command: 'explode' }, 400],
    [{ command: 'pause' }, 400],
    [{ command: 'step', updates: ['encoder'] }, 400],
    [{ command: 'step', updates: [] }, 400],
  ])('to control a run, %j, are refused', async (body, status) => {
    const answer = await ask('/api/runs/first/control', {
      method: 'POST',
      headers: withToken(),
      body: JSON.stringify(body),
    })
    expect(answer.status).toBe(status)
    expect(answer.text).toMatch(/does not fit|no process trains|no phase updates encoder alone/)
  })

  it.each(['', 'x', '1-2', '%00'])('with the cursor %j are refused', async (from) =>
    expect((await ask(`/api/runs/first/events?from=${from}`)).status).toBe(400),
  )

  it('that are no HTTP leave the server alive', async () => {
    for (const bytes of [
      'GET /api/runs HTTP/1.0\r\n\r\n',
      '\0\0\0\0',
      'GET / HTTP/9.9\r\n\r\n',
      `GET /${'x'.repeat(100_000)} HTTP/1.1\r\n\r\n`,
      'POST /api/runs HTTP/1.1\r\nContent-Length: -1\r\n\r\n',
    ])
      await new Promise<void>((resolve) => {
        const socket = connect(studio.port, '127.0.0.1', () => socket.end(bytes))
        socket.on('error', () => resolve())
        socket.on('close', () => resolve())
        socket.resume()
      })
    expect((await ask('/api/info')).status).toBe(200)
  })
})

describe('news', () => {
  /** Server-sent events of one connection, until `enough`. */
  const listen = async (
    cursor: string,
    enough: (events: { event: string; id: string; data: string }[]) => boolean,
  ) => {
    const events: { event: string; id: string; data: string }[] = []
    await new Promise<void>((resolve, reject) => {
      const request = httpRequest(
        {
          host: '127.0.0.1',
          port: studio.port,
          path: `/api/runs/first/events?from=${cursor}`,
          headers: { 'x-sparring-token': studio.token },
          agent: false,
        },
        (response) => {
          let text = ''
          response.on('data', (chunk: Buffer) => {
            text += chunk.toString('utf8')
            const blocks = text.split('\n\n')
            text = blocks.pop()!
            for (const block of blocks) {
              const field = (name: string): string =>
                new RegExp(`^${name}: ?(.*)$`, 'm').exec(block)?.[1] ?? ''
              events.push({ event: field('event'), id: field('id'), data: field('data') })
            }
            if (enough(events)) {
              request.destroy()
              resolve()
            }
          })
        },
      )
      request.on('error', (error: NodeJS.ErrnoException) =>
        error.code === 'ECONNRESET' ? resolve() : reject(error),
      )
      request.end()
    })
    return events
  }
  const rowsIn = (events: { data: string }[]): number[] =>
    events.flatMap(({ data }) =>
      ((JSON.parse(data || '{}') as { metrics?: { step: number }[] }).metrics ?? []).map(({ step }) => step),
    )
  const add = (step: number): Promise<void> =>
    appendFile(join(runs, 'first', 'metrics.jsonl'), `{"step":${step},"generatorLoss":null}\n`)

  it('reach a page that slept, from the last event that it saw, without loss', async () => {
    const { cursor } = JSON.parse((await ask('/api/runs/first')).text) as RunSnapshot
    setTimeout(() => void add(12), 50)
    const first = await listen(cursor, (events) => rowsIn(events).length >= 1)
    expect(rowsIn(first)).toEqual([12])
    await add(13)
    await add(14)
    const again = await listen(first.findLast(({ id }) => id)!.id, (events) => rowsIn(events).length >= 2)
    expect(rowsIn(again)).toEqual([13, 14])
  })

  it('say that the run was taken back', async () => {
    const { cursor } = JSON.parse((await ask('/api/runs/first')).text) as RunSnapshot
    const path = join(runs, 'first', 'metrics.jsonl')
    const lines = (await readFile(path, 'utf8')).split('\n')
    await writeFile(path, `${lines.slice(0, 12).join('\n')}\n`)
    const events = await listen(cursor, (found) => found.some(({ event }) => event === 'reset'))
    expect(events.at(-1)).toMatchObject({ event: 'reset' })
  })

  it('come to a thousand listeners at once, and requests are answered meanwhile', {
    timeout: 120_000,
  }, async () => {
    const { cursor } = JSON.parse((await ask('/api/runs/first')).text) as RunSnapshot
    const sockets = Array.from({ length: 1000 }, () => connect(studio.port, '127.0.0.1'))
    let told = 0
    let refused = 0
    await Promise.all(
      sockets.map(
        (socket) =>
          new Promise<void>((resolve) => {
            let text = ''
            socket.on('error', () => {
              refused++
              resolve()
            })
            socket.on('data', (chunk) => {
              text += chunk.toString('latin1')
              if (!/event: hello/.test(text)) return
              told++
              resolve()
              socket.removeAllListeners('data')
              socket.resume()
            })
            socket.write(
              `GET /api/runs/first/events?from=${cursor} HTTP/1.1\r\nHost: 127.0.0.1:${studio.port}\r\nX-Sparring-Token: ${studio.token}\r\n\r\n`,
            )
          }),
      ),
    )
    expect(told + refused).toBe(1000)
    expect(told).toBeGreaterThan(500)
    expect((await ask('/api/runs')).status).toBe(200)
    for (const socket of sockets) socket.destroy()
    await expect.poll(async () => (await ask('/api/info')).status).toBe(200)
  })
})

// The studio's server under attack and in daily use, asked over real sockets.

import { appendFile, cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openStudio, type Studio } from '../../src/server/index.ts'
import type { RunList, RunSnapshot } from '../../src/server/protocol.ts'
import { startRun } from '../../src/workflow/index.ts'

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

/** A request as it stands: no normalising of paths, any headers. */
const ask = (
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

  it('puts the pages under a policy, and pages of runs into a sandbox', async () => {
    expect((await ask('/')).headers['content-security-policy']).toContain(
      "default-src 'none'; script-src 'self'",
    )
    expect((await ask('/files/first/report.html')).headers['content-security-policy']).toMatch(
      /^sandbox allow-scripts/,
    )
    expect((await ask('/')).headers['x-content-type-options']).toBe('nosniff')
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

  it('on localhost and its own origin are welcome', async () => {
    const host = `localhost:${studio.port}`
    expect((await ask('/api/runs', { headers: { host, origin: `http://${host}` } })).status).toBe(200)
  })

  it.each([undefined, '', 'wrong', 'a'.repeat(100_000 / 10)])(
    'with the token %j change nothing',
    async (token) => {
      const headers: Record<string, string> = token === undefined ? {} : { 'x-sparring-token': token }
      for (const path of ['/api/runs', '/api/runs/first/control', '/api/anything'])
        for (const method of ['POST', 'PUT', 'DELETE', 'PATCH'])
          expect((await ask(path, { method, headers, body: '{}' })).status).toBe(401)
    },
  )
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
        { host: '127.0.0.1', port: studio.port, path: `/api/runs/first/events?from=${cursor}`, agent: false },
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
              `GET /api/runs/first/events?from=${cursor} HTTP/1.1\r\nHost: 127.0.0.1:${studio.port}\r\n\r\n`,
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

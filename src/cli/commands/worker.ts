// `sparring worker --queue <address>`: does jobs of studies that run elsewhere.
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { cacheFolder } from '../../data/node/cache-folder.ts'
import type { WorkerEvent } from '../../jobs/node/work-queue.ts'
import { settingsOf, textSetting } from '../../lifecycle/setting.ts'
import { ConfigError, UnsupportedError } from '../../util/errors.ts'
import { formatClock } from '../../util/format.ts'
import { addFlags, givenFlags } from '../flags.ts'
import { addExamples } from '../help.ts'
import { onInterrupt } from '../interrupt.ts'
import { resolveGiven } from '../resolve.ts'
import type { Session } from '../session.ts'
import type { Define } from './command.ts'

const SETTINGS = [
  textSetting('queue', '<address>', 'where jobs wait: redis://host:6379 or postgres://host/database'),
  textSetting(
    'store',
    '<address>',
    "where results are kept, the study's own: a folder that all machines see, redis://host/0 or s3://bucket/prefix?endpoint=...",
  ),
  textSetting('work', '<folder>', "folder for the work of this machine (default: in the user's cache)"),
  ...settingsOf(
    z.object({
      jobs: z.number().int().min(1).max(256).optional().describe('jobs at once (default: one per core)'),
      dashboard: z
        .number()
        .int()
        .min(0)
        .max(65_535)
        .optional()
        .describe('also show the queue at this port of this machine (bull-board); 0 for any free one'),
    }),
  ),
]

interface Given {
  queue?: string
  store?: string
  work?: string
  jobs?: number
  dashboard?: number
}

/** Draws what a worker does. */
function workerDrawer({ terminal, style }: Session): { draw(event: WorkerEvent): void; done(): number } {
  let done = 0
  return {
    done: () => done,
    draw(event) {
      switch (event.type) {
        case 'ready':
          terminal.print(`worker ${event.name} waits for jobs of ${event.queue}; Ctrl-C ends it`)
          return
        case 'started':
          terminal.print(
            `${style.accent(event.job.name)}${event.attempt > 1 ? `, attempt ${event.attempt}` : ''} ...`,
          )
          return
        case 'finished':
          done++
          terminal.print(`${style.accent(event.job.name)}: done in ${formatClock(event.seconds)}`)
          return
        case 'failed':
          terminal.print(
            `${event.final ? style.bad('failed:') : style.warn('given back:')} ${event.job.name}: ${event.message}`,
          )
          return
        case 'returned':
          terminal.print(style.warn(`given back: ${event.job.name}: ${event.message}`))
          return
        case 'remark':
          terminal.print(style.warn(event.message))
      }
    },
  }
}

async function work(session: Session, given: Given): Promise<void> {
  const { queue, store, jobs = availableParallelism(), dashboard } = given
  if (queue === undefined || store === undefined)
    throw new ConfigError(
      `worker needs ${queue === undefined ? '--queue, where jobs wait' : '--store, where results are kept'}; give it the addresses of the study`,
    )
  const controller = new AbortController()
  const { terminal, style } = session
  const { draw, done } = workerDrawer(session)
  const release = onInterrupt({
    stop() {
      terminal.print(style.warn('giving the jobs back; press Ctrl-C again to quit at once'))
      controller.abort()
    },
    quit: () => terminal.close(),
  })
  let close = async (): Promise<void> => {}
  try {
    if (dashboard !== undefined) {
      const { openDashboard } = await import('../../server/dashboard.ts')
      const board = await openDashboard({ queue, port: dashboard })
      close = board.close
      terminal.print(`dashboard: ${board.address}`)
    }
    const { workQueue } = await import('../../jobs/node/work-queue.ts')
    const why = await workQueue({
      queue,
      store,
      processes: jobs,
      folder: given.work ?? join(cacheFolder(), 'jobs'),
      signal: controller.signal,
      onEvent: draw,
    })
    if (why !== undefined) throw new UnsupportedError(why)
    session.finish({ done: done() }, `did ${done()} ${done() === 1 ? 'job' : 'jobs'}`)
  } finally {
    await close()
    release()
    terminal.close()
  }
}

export const define: Define = (command, session) => {
  addFlags(command, SETTINGS)
    .description(
      'Do jobs of studies that were started elsewhere with --queue, in processes of this machine. A worker that is killed ' +
        'loses nothing: another goes on from the last checkpoint in the store.',
    )
    .usage('--queue <address> --store <address> [flags]')
    .action(() =>
      work(
        session,
        resolveGiven(SETTINGS, {
          flags: givenFlags(command, SETTINGS),
          environment: session.environment,
        }) as Given,
      ),
    )
  return addExamples(command, [
    ['sparring worker --queue redis://host:6379 --store redis://host:6379/1', 'one job per core'],
    ['sparring worker --queue postgres://host/sparring --store /mnt/results --jobs 1', 'one at a time'],
    [
      'sparring worker --queue redis://host:6379 --store /mnt/results --dashboard 4500',
      'with a page about the queue',
    ],
  ])
}

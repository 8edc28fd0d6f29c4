// Studies: what their results say, before all are there and after.
import { Hono } from 'hono'
import { studyView } from '../../answers/study-view.ts'
import type { RunFolder } from '../../runs/node/index.ts'
import { STUDY, type StudyConfig } from '../../runs/study.ts'
import { NotFoundError, type StudioContext } from '../context.ts'
import type { StudyView } from '../protocol.ts'

export function studyRoutes(studio: StudioContext): Hono {
  const app = new Hono()
  app.get('/api/runs/:name/study', async (context) => {
    const name = context.req.param('name')
    const run = await studio.open(name)
    if (run.recipe.name !== STUDY.name)
      throw new NotFoundError(`"${name}" is ${run.recipe.called}, not ${STUDY.called}`)
    return context.json(((await studyView(run as RunFolder<StudyConfig>)) ?? null) satisfies StudyView | null)
  })
  return app
}

// The measures of a run in its report: the table of an evaluation, and the course through training.
import { expect, it } from 'vitest'
import { measures } from '../../src/report/page-measures.ts'
import { inventedEvaluation } from '../runs/invented-evaluation.ts'
import { inventedRecord } from '../runs/invented-run.ts'

const course = [0, 100, 200].map((step) => ({ step, fid: 50 - step / 10, recall: step / 400 }))

it('is nothing for a run of which nothing was measured', () => {
  expect(measures(inventedRecord(), undefined)).toBe('')
})

it('shows values beside those of real images, and how they were taken', () => {
  const evaluation = inventedEvaluation({ step: 299 })
  const page = measures(inventedRecord(), evaluation)
  expect(page).toContain('At step 299')
  for (const { label, estimator } of evaluation.measures) {
    expect(page).toContain(label)
    expect(page).toContain(estimator.replaceAll('<', '&lt;'))
  }
  expect(page).toContain('Real images')
  expect(page).toContain(evaluation.extractor!.hash.slice(0, 12))
  expect(page).not.toContain('Through training')
})

it('draws what was measured while the run trained, with and without an evaluation', () => {
  const record = { ...inventedRecord(), evaluations: course }
  for (const evaluation of [undefined, inventedEvaluation({ step: 299 })]) {
    const page = measures(record, evaluation)
    expect(page).toContain('FID of samples over 3 measurements')
    // Only lines that were measured are named.
    expect(page).toContain('"recall of samples over 3 measurements"')
  }
  expect(measures({ ...record, evaluations: course.slice(0, 1) }, undefined)).toBe('')
})

// Counts the tests of a vitest report, and says which of them were skipped and why.
// @ts-check

/**
 * @typedef {{ status: string, fullName: string }} Test
 * @typedef {{ numPassedTests: number, numFailedTests: number, testResults: { status: string, assertionResults: Test[] }[] }} Report
 */

/** How a test says why it is skipped (`test/support/unless.ts`). */
const REASON = /\[skipped: (.*?)\]/

/** Reasons, with how many tests were skipped for each. */
function skippedIn(/** @type {Report} */ { testResults }) {
  /** @type {Map<string, number>} */
  const reasons = new Map()
  for (const { status, fullName } of testResults.flatMap(({ assertionResults }) => assertionResults))
    if (['skipped', 'pending', 'todo'].includes(status)) {
      const reason = REASON.exec(fullName)?.[1] ?? 'left out by name, or without a reason'
      reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
    }
  return reasons
}

/**
 * @param {string} json  what vitest's json reporter wrote
 * @returns {string} `12 passed, 0 failed, 3 skipped`; a test file that failed outside its tests counts as one failure
 */
export function tally(json) {
  /** @type {Report} */
  const report = JSON.parse(json)
  const broken = report.testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  )
  const skipped = [...skippedIn(report).values()].reduce((sum, count) => sum + count, 0)
  return `${report.numPassedTests} passed, ${report.numFailedTests + broken.length} failed, ${skipped} skipped`
}

/**
 * @param {string} json  what vitest's json reporter wrote
 * @returns {string[]} a line for every reason for which tests were skipped
 */
export const skippedLines = (json) =>
  [...skippedIn(JSON.parse(json))].map(
    ([reason, count]) => `skipped: ${count} ${count === 1 ? 'test' : 'tests'}, because ${reason}`,
  )

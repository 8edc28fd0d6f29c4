// Counts the tests of a vitest report.
// @ts-check

/**
 * @param {string} json  what vitest's json reporter wrote
 * @returns {string} `12 passed, 0 failed`; a test file that failed outside its tests counts as one failure
 */
export function tally(json) {
  /** @type {{ numPassedTests: number, numFailedTests: number, testResults: { status: string, assertionResults: { status: string }[] }[] }} */
  const { numPassedTests, numFailedTests, testResults } = JSON.parse(json)
  const broken = testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  )
  return `${numPassedTests} passed, ${numFailedTests + broken.length} failed`
}

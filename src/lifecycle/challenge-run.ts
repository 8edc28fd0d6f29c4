// The end of a run that is to be challenged: newcomers learn against its networks, one after the other, each kept as it is done.
import type { RunEvent } from '../measuring/events.ts'
import { withReports } from '../measuring/reports.ts'
import type { Objective } from '../objectives/objective.ts'
import { CHALLENGE_FILE, type ChallengeRecord, challengeNumbers, challengeSchema } from '../runs/index.ts'
import type { RunFolder } from '../runs/node/index.ts'
import type { Engine } from '../runtime/engine.ts'
import { judgedSteps, meetNewcomer, newcomerSeed } from '../training/challenge.ts'
import type { TrainingState } from '../training/state.ts'
import type { RunData } from './run-data.ts'

/** What newcomers found of the weights of this step; undefined where none has come, or the file is damaged. */
export async function readChallenge(run: RunFolder, step: number): Promise<ChallengeRecord | undefined> {
  const bytes = await run.readFile(CHALLENGE_FILE)
  if (!bytes) return undefined
  try {
    const found = challengeSchema.parse(JSON.parse(new TextDecoder().decode(bytes)))
    return found.step === step ? found : undefined
  } catch {
    return undefined
  }
}

/**
 * Lets the newcomers learn that the objective declares, in the order of their numbers. Those who have learned before, against the same
 * weights, are not asked again; each depends on the run's seed, the step and its number alone.
 */
export async function* challengeRun(
  run: RunFolder,
  engine: Engine,
  objective: Objective,
  { step, arrays }: TrainingState,
  { source }: Pick<RunData, 'source'>,
): AsyncGenerator<RunEvent, ChallengeRecord | undefined> {
  const { challenge } = objective
  if (!challenge || challenge.count === 0) return undefined
  const { batchSize, seed } = run.config.settings
  const { network, steps, count } = challenge
  const asked = { format: 1, step, network, steps, batchSize } as const
  const before = await readChallenge(run, step)
  const isSame = before?.steps === steps && before.batchSize === batchSize && before.network === network
  const newcomers = isSame ? before.newcomers.slice(0, count) : []
  const record = (): ChallengeRecord => ({
    ...asked,
    examples: judgedSteps(challenge) * batchSize,
    newcomers,
    ...(newcomers.length === count
      ? { verdict: challenge.verdict(challengeNumbers({ network, newcomers })) }
      : {}),
  })
  for (let number = newcomers.length + 1; number <= count; number++) {
    const own = newcomerSeed(seed, step, number)
    const numbers = yield* withReports<RunEvent, Record<string, number>>((report) =>
      meetNewcomer({
        challenge,
        source,
        engine,
        batchSize,
        seed: own,
        weights: arrays,
        onProgress: (done) => report({ type: 'newcomer', network, number, count, done, steps }),
      }),
    )
    newcomers.push({ seed: own, numbers })
    await run.writeFile(CHALLENGE_FILE, `${JSON.stringify(record())}\n`)
  }
  return record()
}

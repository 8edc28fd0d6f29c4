// The run folder without Node: records, file names, log lines and checkpoint bytes.

export {
  decodeSafetensors,
  encodeSafetensors,
  type Safetensors,
  type Tensor,
  type TensorData,
} from '../formats/safetensors.ts'
export {
  type AlarmState,
  alarmLines,
  OLD_ALARMS,
  recordStandings,
  type Standing,
  standingLines,
  standingsOf,
  type Watched,
} from './alarms.ts'
export {
  CHALLENGE_FILE,
  type ChallengeNumbers,
  type ChallengeRecord,
  challengeNumbers,
  challengeSchema,
} from './challenge.ts'
export {
  CLASSIFICATION_FILE,
  type Classification,
  classificationOf,
  classificationSchema,
} from './classification.ts'
export { type CriticRow, criticRowSchema } from './critic.ts'
export {
  type CriticScores,
  type CriticTotals,
  criticTotals,
  type Judged,
  judged,
  scoresOf,
  tookForReal,
} from './critic-totals.ts'
export { dataKey, dataName, dataText, exampleText, exampleWord, NO_HASH } from './data-text.ts'
export {
  type Evaluation,
  type ExtractorRecord,
  evaluationSchema,
  extractorSchema,
  type MeasureRecord,
  measuredOf,
  measureSchema,
} from './evaluation.ts'
export { type RunHead, runHeadSchema } from './head.ts'
export { imageSize, imagesOf } from './image-size.ts'
export { checkpointFile, parseCheckpointName, parseSampleName, sampleFile } from './layout.ts'
export { formatLines, keepUntil, parseLines, readMetricsRow, rowReader } from './lines.ts'
export { checkLog, type LogCheck, type LogProblem, type LogRules } from './log-check.ts'
export { type LogColumnInfo, type LogInfo, logInfo } from './log-info.ts'
export {
  LOGS,
  type Log,
  type LogColumn,
  type LogName,
  type LogRows,
  type LogTable,
  liveLogs,
  logNamed,
  logTable,
  noRows,
  rowsOf,
  stepLogs,
} from './logs.ts'
export {
  MAP_SIDE,
  MOST_FRAMES,
  PLANE_POINTS,
  type PlaneMap,
  type PlaneRow,
  planeEvery,
  planeRowSchema,
} from './plane.ts'
export type { Recipe, RunSubject } from './recipe.ts'
export { RECIPES, type RecipeTable, recipeOf } from './recipes.ts'
export type { RunRecord } from './record.ts'
export {
  type AlarmInfo,
  alarmInfoSchema,
  type ControlRow,
  controlRowSchema,
  type EventRow,
  eventRowSchema,
  type LayerSummary,
  layerSummarySchema,
  loggedNumber,
  type MetricInfo,
  type MetricsRow,
  metricInfoSchema,
  metricsRowSchema,
  type NetworkSummary,
  networkSummarySchema,
  type Origin,
  originSchema,
  type RunConfig,
  type RunSettings,
  type RunStatus,
  runConfigSchema,
  runSettingsSchema,
  runStatusSchema,
  type SampleEntry,
  type SampleKind,
  type TimingRow,
  type TrainedModel,
  timingRowSchema,
} from './schema.ts'
export { TRAINING } from './training.ts'

// The errors every room throws: each names the thing, what was expected, what was got and the remedy.

/** A graph, layer or array does not have the shape or dtype that was asked for. */
export class ShapeError extends Error {
  override readonly name = 'ShapeError'
}

/** A file, folder or byte stream given by the user cannot be used as data, model or checkpoint. */
export class DataError extends Error {
  override readonly name = 'DataError'
}

/** A setting given by the user is unknown or out of range. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

/** An ONNX operator, type or attribute outside what this library reads or writes. */
export class UnsupportedError extends Error {
  override readonly name = 'UnsupportedError'
}

/** The message of anything that was thrown. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

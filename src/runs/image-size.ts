// The shape of a run's images. Without schemas, so that pages need not load what checks them.
import { DataError } from '../util/errors.ts'
import type { RunConfig } from './schema.ts'

/** The shape of a run's images; undefined when its data is something else. */
export function imageSize({
  data: { height, width, channels },
}: Pick<RunConfig, 'data'>): { height: number; width: number; channels: number } | undefined {
  return height === undefined || width === undefined || channels === undefined
    ? undefined
    : { height, width, channels }
}

/** The same. @throws DataError when the data is no images */
export function imagesOf(config: Pick<RunConfig, 'data'>): {
  height: number
  width: number
  channels: number
} {
  const size = imageSize(config)
  if (!size)
    throw new DataError(
      `the data "${config.data.name}" is no images, but ${Object.keys(config.data.columns ?? {}).join(', ') || 'nothing'}: this needs a run on images`,
    )
  return size
}

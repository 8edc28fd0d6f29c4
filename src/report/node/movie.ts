// MP4 files by ffmpeg, where it is installed: frames go in as raw pixels.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rename, rm } from 'node:fs/promises'
import { DataError } from '../../util/errors.ts'
import type { PixelImage } from '../grid.ts'

/** What is said where there is no ffmpeg. */
export const NO_FFMPEG =
  'no MP4: ffmpeg is not installed; install it (apt install ffmpeg, brew install ffmpeg), or take the WebP'

const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT'

/** Sides that are odd get a black line more, since colours are kept for two by two pixels. */
const EVEN = 'pad=ceil(iw/2)*2:ceil(ih/2)*2'
/** What every player shows, and how its numbers are to be read; players guess where a file does not say so. */
const COLOURS = [
  ...['-pix_fmt', 'yuv420p', '-color_range', 'tv', '-colorspace', 'smpte170m'],
  ...['-color_primaries', 'bt709', '-color_trc', 'iec61966-2-1'],
]

/**
 * Writes pictures of one size as a film in colour that every player shows (H.264).
 *
 * @param pace    pictures a second
 * @param source  the field's term for how it was made, kept as a comment
 * @param program  default `ffmpeg`
 * @returns whether there is an ffmpeg
 * @throws DataError when ffmpeg fails
 */
export async function writeMovie(
  file: string,
  pictures: AsyncIterable<PixelImage> | Iterable<PixelImage>,
  {
    pace,
    source,
    program = 'ffmpeg',
  }: { readonly pace: number; readonly source: string; readonly program?: string },
): Promise<boolean> {
  const started = async (first: PixelImage) => {
    const part = `${file}.part`
    const size = `${first.width}x${first.height}`
    const input = [
      '-f',
      'rawvideo',
      '-pixel_format',
      'rgb24',
      '-video_size',
      size,
      '-framerate',
      String(pace),
    ]
    const output = ['-vf', EVEN, '-c:v', 'libx264', ...COLOURS, '-movflags', '+faststart', '-f', 'mp4']
    const child = spawn(
      program,
      ['-v', 'error', '-y', ...input, '-i', '-', ...output, '-metadata', `comment=${source}`, part],
      { stdio: ['pipe', 'ignore', 'pipe'] },
    )
    let said = ''
    child.stderr.on('data', (text) => {
      said = (said + text).slice(-2000)
    })
    // What goes on when it ends early is told by its exit code.
    child.stdin.on('error', () => {})
    const ended = new Promise<number | null>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', resolve)
    })
    ended.catch(() => {})
    return { part, child, ended, said: () => said }
  }
  let running: Awaited<ReturnType<typeof started>> | undefined
  try {
    for await (const picture of pictures) {
      running ??= await started(picture)
      if (!running.child.stdin.write(picture.pixels))
        await Promise.race([once(running.child.stdin, 'drain'), running.ended])
    }
    if (!running) return true
    running.child.stdin.end()
    const code = await running.ended
    if (code !== 0)
      throw new DataError(`ffmpeg could not write ${file}: ${running.said().trim() || `exit code ${code}`}`)
    await rename(running.part, file)
    return true
  } catch (error) {
    if (isMissing(error)) return false
    if (running) await rm(running.part, { force: true })
    throw error
  }
}

// What is made from the studio's token: the cookie that lets a browser read, and the keys of documents.
import { createHmac, timingSafeEqual } from 'node:crypto'

const made = (token: string, purpose: string): string =>
  createHmac('sha256', token).update(purpose).digest('base64url')

/** Compares in a time that tells nothing. */
export const isSame = (given: string, wanted: string): boolean => {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)]
  return a.length === b.length && timingSafeEqual(a, b)
}

/** Browsers send cookies to every port of a host, so that several studios need several names. */
export const cookieName = (port: number): string => `sparring-${port}`

/**
 * The value of the cookie. It is not the token: a browser shows its cookies to whatever else listens on 127.0.0.1,
 * and they let nobody change anything.
 */
export const readingKey = (token: string): string => made(token, 'reading')

/** Opens one file of one run, and says nothing of any other. */
export const documentKey = (token: string, run: string, file: string): string =>
  made(token, JSON.stringify(['document', run, file]))

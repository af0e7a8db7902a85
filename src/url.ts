// The error for a URL that cannot be read shows it, without its password.
import { GodwitError, isGodwitError } from './errors.ts'
import { shownUrl } from './redact.ts'

/** Reads a URL; a URL_INVALID of the reader says which one it was. */
export function readUrl<Read>(url: string, read: () => Read): Read {
  try {
    return read()
  } catch (error) {
    if (!isGodwitError(error) || error.code !== 'URL_INVALID') throw error
    throw urlInvalid(url, error.message, error)
  }
}

/** URL_INVALID, with the URL as it may be shown. */
export function urlInvalid(
  url: string,
  message: string,
  { why, fix, cause }: { why?: string | undefined; fix?: string | undefined; cause?: unknown },
): GodwitError {
  const shown = shownUrl(url)
  return new GodwitError('URL_INVALID', message, {
    why: [shown === '' ? 'It is empty.' : `It reads ${shown}`, why].filter(Boolean).join('\n'),
    ...(fix !== undefined && { fix }),
    cause,
  })
}

// Which file a URL means: sqlite:path, sqlite://path, sqlite::memory:, file:path, file:///path.
import { resolve } from 'node:path'
import { GodwitError } from '../../errors.ts'
import { readUrl } from '../../url.ts'
import { ignoredSettings, type UrlSettings } from '../../url-settings.ts'

export interface FileTarget {
  /** Absolute path, or `:memory:`. */
  file: string
  memory: boolean
  /** `?mode=ro` */
  readOnly: boolean
  /** `?mode=rwc` */
  create: boolean
  /** The URL without its query. */
  display: string
  /** Settings of other tools, without meaning here. */
  ignored?: readonly string[]
}

const URL_SETTINGS: UrlSettings = {
  known: ['mode'],
  ignored: ['cache', 'connection_limit', 'socket_timeout', 'pool_timeout'],
  refused: Object.fromEntries(
    ['immutable', 'nolock', 'vfs', 'psow', 'modeof', 'authtoken', 'schema'].map((name) => [
      name,
      {
        why: 'SQLite or another tool knows it; Godwit opens its files without.',
        fix: 'Leave it out; mode=ro and mode=rwc are known.',
      },
    ]),
  ),
}

const MODES = ['ro', 'rw', 'rwc', 'memory']

const MEMORY = ':memory:'

/** Errors: URL_INVALID. */
export const parseUrl = (url: string): FileTarget => readUrl(url, () => parse(url))

function parse(url: string): FileTarget {
  const found = /^(sqlite|file):(\/\/)?(.*)$/is.exec(url)
  if (found === null) throw invalid('It does not begin with sqlite: or file:.')
  const [, scheme = '', slashes = '', rest = ''] = found
  const query = /\?((?:[A-Za-z_]+=[^&?]*)(?:&[A-Za-z_]+=[^&?]*)*)?$/.exec(rest)
  const options = new URLSearchParams(query?.[1] ?? '')
  const path = query === null ? rest : rest.slice(0, query.index)
  const display = `${scheme}:${slashes}${path}`
  const ignored = ignoredSettings(options.keys(), URL_SETTINGS)
  const mode = options.get('mode')
  if (mode !== null && !MODES.includes(mode)) throw invalid(`Its mode is none of ${MODES.join(', ')}.`)
  if (path === MEMORY || mode === 'memory')
    return {
      file: MEMORY,
      memory: true,
      readOnly: false,
      create: true,
      display,
      ...(ignored.length > 0 && { ignored }),
    }
  if (path === '') throw invalid('It names no file.')
  if (path.includes('\0')) throw invalid('It holds a NUL character.')
  // Only the URL forms are percent-encoded; `sqlite:path` is a path as it stands.
  const decoded = slashes !== '' || scheme.toLowerCase() === 'file' ? decode(path) : path
  const local = process.platform === 'win32' ? decoded.replace(/^\/(?=[A-Za-z]:)/, '') : decoded
  return {
    file: resolve(local),
    memory: false,
    readOnly: mode === 'ro',
    create: mode === 'rwc',
    display,
    ...(ignored.length > 0 && { ignored }),
  }
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

const invalid = (why: string): GodwitError =>
  new GodwitError('URL_INVALID', 'The URL of the SQLite database is not valid.', {
    why,
    fix: 'Write sqlite:path/to/file.db, or sqlite::memory: for a database in memory.',
  })

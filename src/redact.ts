// Keeps passwords out of everything that leaves the program: the one function every sink goes through.

const secrets = new Set<string>()
const MASK = '***'

// Userinfo of any URL inside a text: the user stays, the password goes. Greedy up to the last @ before a delimiter,
// because people forget to encode an @ in a password.
const USERINFO = /([a-z][a-z0-9+.-]*:\/\/[^\s:/?#@"'`]*):([^\s"'`<>]*)@/giu
const PARAMETER = /((?:password|passwd|pwd|pgpassword)\s*=\s*)([^\s&"'`;,]+|"[^"]*"|'[^']*')/giu
// Of an object in code or JSON: a line of a file that could not be loaded may hold one.
const PROPERTY = /((?:password|passwd|pwd|pgpassword)["']?\s*:\s*)("[^"]*"|'[^']*'|`[^`]*`)/giu

const decode = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

// The password may hold anything, because people forget to encode it: everything up to the last @ before the query.
const PARTS = /^[a-z][a-z0-9+.-]*:\/\/(?:([^:/?#@]*):([^?]*)@)?([^/?#@]*)(?:\/([^?#]*))?/iu

/**
 * Remembers the password of a database URL, so that `redact` finds it outside of URLs too. A password that equals a
 * visible part of the same URL (user, host, database) is not searched for by itself: that would blot out the address.
 */
export function rememberSecrets(url: string | undefined): void {
  if (url === undefined) return
  const [, user, password, host, database] = PARTS.exec(url) ?? []
  const fromQuery = /[?&](?:password|passwd)=([^&#]*)/iu.exec(url)?.[1]
  const visible = new Set([user, host?.replace(/:\d+$/, ''), database, url.split(':')[0]])
  for (const secret of [password, fromQuery, ...piecesOf(password)]) {
    if (secret === undefined || secret.length < 3 || visible.has(secret)) continue
    for (const form of [secret, decode(secret), encodeURIComponent(decode(secret))]) secrets.add(form)
  }
}

// Where it is not encoded, whoever reads the URL takes pieces of it for a host or a path.
const piecesOf = (password: string | undefined): string[] =>
  password === undefined || !/[@/#]/.test(password) ? [] : password.split(/[@/#:]/).filter((piece) => piece.length > 3)

/** Whether the password of a URL holds characters that would have to be percent-encoded. */
export const isUnencoded = (url: string): boolean => /[@/#]/.test(PARTS.exec(url)?.[2] ?? '')

/** A password that our own sentences may hold as a word: `password`, `secret`. */
const WORD = /^[a-z]+$/i
/** What a driver says of passwords without meaning a certain one. */
const SPOKEN =
  /password(?= authentication| must be| is | has |:)|(?<=(?:no|client|using|with|a|the|your|empty) )password/giu

/**
 * The text without passwords: those inside URLs and `password=` pairs, and all that were remembered. One that is a plain word
 * is looked for where values stand: quoted, behind `=`, `:`, `@` or `/`, or as the whole text. In a sentence it is a word.
 */
export const redact = (text: string): string =>
  without(text, (clean, secret) =>
    WORD.test(secret)
      ? clean.trim() === secret
        ? MASK
        : clean.replace(new RegExp(`(?<=["'\`=:@/])${secret}(?![\\w-])|(?<![\\w-])${secret}(?=["'\`@])`, 'gu'), MASK)
      : clean.replaceAll(secret, MASK),
  )

/** The same for the words of a driver, a server or a loader: whatever they repeat may be the password, wherever it stands. */
export const redactForeign = (text: string): string =>
  without(text, (clean, secret) => {
    if (!WORD.test(secret)) return clean.replaceAll(secret, MASK)
    const spoken = new Set(
      secret.toLowerCase() === 'password' ? [...clean.matchAll(SPOKEN)].map(({ index }) => index) : [],
    )
    const whole = new RegExp(`(?<![a-z])${secret}(?![a-z])`, 'giu')
    return clean.replace(whole, (found: string, index: number) => (spoken.has(index) ? found : MASK))
  })

function without(text: string, hide: (clean: string, secret: string) => string): string {
  const clean = text.replace(USERINFO, `$1:${MASK}@`).replace(PARAMETER, `$1${MASK}`).replace(PROPERTY, `$1${MASK}`)
  return [...secrets].sort((a, b) => b.length - a.length).reduce(hide, clean)
}

/** `redact` for every string inside a JSON value; keys are kept. */
export function redactValue(value: unknown): unknown {
  if (typeof value === 'string') return redact(value)
  if (Array.isArray(value)) return value.map(redactValue)
  if (value !== null && typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype) {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, redactValue(inner)]))
  }
  return value
}

/**
 * A URL as it may be shown, also one that cannot be read: what stands before the last @, behind a colon that no port
 * follows, and behind a ? is left out.
 */
export function shownUrl(url: string): string {
  const [, scheme = '', rest = ''] = /^([a-z][a-z0-9+.-]*:(?:\/\/)?)?(.*)$/is.exec(url.trim()) ?? []
  // An @ of a query parameter is no end of a password, and what stands before it no user.
  const [plain = ''] = rest.split(/\?(?=[\w.-]+=)/, 1)
  const at = plain.lastIndexOf('@')
  const open = at >= 0 ? `${MASK}${plain.slice(at)}` : plain.replace(/:(?!\d+(?:[/?#]|$)).*/s, `:${MASK}`)
  const shown = `${scheme}${open.replace(/[?#].*$/s, '')}`
  return redact(shown.length > 100 ? `${shown.slice(0, 100)}…` : shown)
}

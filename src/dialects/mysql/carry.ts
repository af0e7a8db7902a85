// What becomes of a value when its column gets another type: kept, altered or refused, as conditions in SQL. The sessions
// are strict (connect.ts): what does not fit is an error, but digits, times of day and blanks go without a word. Pairs are
// checked against the server, value by value (test/dialects/mysql-narrowing.test.ts).
import type { Flavor } from './flavor.ts'

/** A column, as far as it decides what becomes of a value. */
export interface Side {
  type: string
  charset: string
}

/** Conditions over a row; absent: it cannot happen. `alters` is asked of values that are not refused. */
export interface Carried {
  fails?: string
  alters?: string
}

interface Parsed {
  name: string
  modifiers: number[]
  unsigned: boolean
  labels: string[]
}

function parse(type: string): Parsed {
  const [, name = type, inside] = /^(\w+(?: precision)?)\s*(?:\((.*)\))?/su.exec(type.toLowerCase()) ?? []
  const list = name === 'enum' || name === 'set'
  return {
    name,
    modifiers: list || inside === undefined ? [] : inside.split(',').map(Number),
    unsigned: /\)?.*\bunsigned\b/u.test(list ? '' : type.toLowerCase()),
    labels: list ? (type.match(/'(?:[^'\\]|\\.|'')*'/gsu) ?? []) : [],
  }
}

const BITS: Readonly<Record<string, number>> = { tinyint: 8, smallint: 16, mediumint: 24, int: 32, bigint: 64 }
const isInteger = ({ name }: Parsed): boolean => name in BITS
const isFloat = ({ name }: Parsed): boolean => name === 'float' || name === 'double'
const isNumber = (type: Parsed): boolean => isInteger(type) || isFloat(type) || type.name === 'decimal'
const BYTES: Readonly<Record<string, number>> = {
  ...{ tinytext: 255, text: 65_535, mediumtext: 16_777_215, longtext: 4_294_967_295 },
  ...{ tinyblob: 255, blob: 65_535, mediumblob: 16_777_215, longblob: 4_294_967_295 },
}
const isText = ({ name }: Parsed): boolean => /^(?:varchar|char|tinytext|text|mediumtext|longtext)$/u.test(name)
const isBytes = ({ name }: Parsed): boolean => /^(?:varbinary|binary|tinyblob|blob|mediumblob|longblob)$/u.test(name)
const isMoment = ({ name }: Parsed): boolean => /^(?:date|datetime|timestamp|time)$/u.test(name)

const either = (...conditions: (string | undefined)[]): string | undefined => {
  const found = conditions.filter((each) => each !== undefined)
  return found.length === 0
    ? undefined
    : found.length === 1
      ? found[0]
      : `(${found.map((each) => `(${each})`).join(' OR ')})`
}
const result = (fails: string | undefined, alters?: string): Carried => ({
  ...(fails !== undefined && { fails }),
  ...(alters !== undefined && { alters }),
})

/** What may become of the values of a column; of a pair that is not known, every value may be altered. */
export function carried(value: string, from: Side, to: Side, flavor: Flavor): Carried {
  const [a, b] = [parse(from.type), parse(to.type)]
  const jsonKept = flavor.jsonIsText && [a.name, b.name].includes('json')
  if (jsonKept) return asJsonText(value, from, to, flavor)
  if (isText(a) && isText(b)) return textToText(value, a, b, from, to)
  if (from.type === to.type) return {}
  if (isNumber(a) && isNumber(b)) return numberToNumber(value, a, b)
  if (isBytes(a) && isBytes(b)) return bytesToBytes(value, a, b)
  if (isMoment(a) && isMoment(b)) return momentToMoment(value, a, b)
  if (isNumber(a) && isText(b)) return numberToText(value, a, b)
  if (isText(a) && isNumber(b)) return textToNumber(value, b)
  if (isText(a) && (b.name === 'date' || b.name === 'datetime')) return textToMoment(value, b)
  if (isText(a) && b.name === 'json')
    return result(`NOT JSON_VALID(${value})`, differs(`CAST(${value} AS JSON)`, value))
  if ((isText(a) || a.name === 'enum') && b.name === 'enum') return toEnum(value, a, b)
  if (a.name === 'enum' && isText(b)) return result(tooLong(`CAST(${value} AS CHAR)`, b))
  if (a.name === 'set' && b.name === 'set') return setToSet(value, a, b)
  // One label alone is a set of it.
  if (a.name === 'enum' && b.name === 'set' && a.labels.every((label) => b.labels.includes(label))) return {}
  if (isMoment(a) && isText(b)) return result(tooLong(`CAST(${value} AS CHAR)`, b))
  if (a.name === 'bit' && (b.name === 'bit' || isInteger(b))) return bitTo(value, a, b)
  if (a.name === 'year' && isInteger(b)) return BITS[b.name] === 8 ? result(outside(value, b)) : {}
  if (isInteger(a) && b.name === 'year') {
    return result(`${value} NOT BETWEEN 1901 AND 2155 AND ${value} NOT BETWEEN 0 AND 99`, `${value} BETWEEN 1 AND 99`)
  }
  return result(undefined, `${value} IS NOT NULL`)
}

/** Other bytes than before. */
const differs = (one: string, other: string): string =>
  `CAST(CAST(${one} AS CHAR) AS BINARY) <> CAST(CONVERT(${other} USING utf8mb4) AS BINARY)`

function range({ name, unsigned }: Parsed): [bigint, bigint] {
  const bits = BigInt(BITS[name] ?? 64)
  return unsigned ? [0n, 2n ** bits - 1n] : [-(2n ** (bits - 1n)), 2n ** (bits - 1n) - 1n]
}

function outside(value: string, b: Parsed): string {
  const [least, most] = range(b)
  return `${value} NOT BETWEEN ${least} AND ${most}`
}

const decimal = ({ modifiers: [precision = 10, scale = 0] }: Parsed): { precision: number; scale: number } => ({
  precision,
  scale,
})
/** Digits before and behind the point that a type can hold. */
function digits(type: Parsed): { before: number; behind: number } {
  if (type.name !== 'decimal') {
    const [, most] = range(type)
    return { before: String(most).length, behind: 0 }
  }
  const { precision, scale } = decimal(type)
  return { before: precision - scale, behind: scale }
}

function numberToNumber(value: string, a: Parsed, b: Parsed): Carried {
  const negative = b.unsigned && !a.unsigned ? `${value} < 0` : undefined
  if (isInteger(b)) {
    if (isInteger(a)) {
      const [[least, most], [from, to]] = [range(b), range(a)]
      return from >= least && to <= most ? {} : result(outside(value, b))
    }
    if (isFloat(a)) return floatToInteger(value, a, b)
    const { before, behind } = digits(a)
    const [, most] = range(b)
    const fits = 10n ** BigInt(before) <= most && !negative
    // What is below zero is refused before it is rounded.
    return result(
      fits ? undefined : either(outside(`ROUND(${value})`, b), negative),
      behind > 0 ? `${value} <> ROUND(${value})` : undefined,
    )
  }
  if (b.name === 'decimal') {
    const { before, behind } = digits(b)
    const beyond = `ABS(ROUND(${value}, ${behind})) >= 1${'0'.repeat(before)}`
    if (isFloat(a)) {
      const { precision, scale } = decimal(b)
      return result(
        either(beyond, negative),
        `CAST(CAST(${value} AS DECIMAL(${precision}, ${scale})) AS ${a.name.toUpperCase()}) <> ${value}`,
      )
    }
    const own = digits(a)
    const roomy = own.before < before || (own.before === before && behind >= own.behind)
    return result(
      either(roomy ? undefined : beyond, negative === undefined ? undefined : `ROUND(${value}, ${behind}) < 0`),
      behind < own.behind ? `${value} <> ROUND(${value}, ${behind})` : undefined,
    )
  }
  // To a float: as many digits as it gives back.
  if (isFloat(a)) {
    const narrower = a.name === 'double' && b.name === 'float'
    return result(
      either(narrower ? `ABS(${value}) > 3.402823466385289e38` : undefined, negative),
      narrower ? `CAST(${value} AS FLOAT) <> ${value}` : undefined,
    )
  }
  const { before, behind } = digits(a)
  const kept = before + behind <= (b.name === 'double' ? 15 : 6)
  const number = `CAST(CAST(${value} AS ${b.name.toUpperCase()}) AS DECIMAL(${Math.min(65, before + behind + 1)}, ${behind}))`
  // What would be one too great on the way back is cut to the greatest there is.
  const back = a.name === 'bigint' ? `LEAST(${number}, ${range(a)[1]})` : number
  return result(negative, either(kept ? undefined : `${back} <> ${value}`, beyondSigned(value, a)))
}

/** Halves go to the even side. Beyond 64 bits a double is refused, and a float is cut to what fits, without a word. */
function floatToInteger(value: string, a: Parsed, b: Parsed): Carried {
  const [least, most] = range(b)
  const whole = `ROUND(${value})`
  const fraction = `${value} <> ${whole}`
  if (BITS[b.name] !== 64) return result(`${whole} < ${least}e0 OR ${whole} > ${most}e0`, fraction)
  const below = b.unsigned ? `${whole} < 0` : undefined
  const beyond = `ABS(${whole}) > 9223372036854775808e0`
  return a.name === 'float' ? result(below, `${fraction} OR ${beyond}`) : result(either(below, beyond), fraction)
}

// What is greater than any number with a sign is refused on the way back.
const beyondSigned = (value: string, a: Parsed): string | undefined =>
  a.name === 'bigint' && a.unsigned ? `${value} > 9223372036854775807` : undefined

// A float is printed with six digits, which do not always lead back to it.
const numberToText = (value: string, a: Parsed, b: Parsed): Carried =>
  result(
    tooLong(`CAST(${value} AS CHAR)`, b),
    a.name === 'float' ? `CAST(CAST(${value} AS CHAR) AS FLOAT) <> ${value}` : beyondSigned(value, a),
  )

/** More characters than fit, or more bytes. */
function tooLong(text: string, b: Parsed, charset = 'utf8mb4'): string | undefined {
  const bytes = BYTES[b.name]
  if (bytes === undefined) return `CHAR_LENGTH(${text}) > ${b.modifiers[0] ?? 1}`
  return bytes > 20_000_000 ? undefined : `LENGTH(CONVERT(${text} USING ${charset})) > ${bytes}`
}

const WIDEST = new Set(['utf8mb4', 'utf16', 'utf32', 'gb18030'])

function textToText(value: string, a: Parsed, b: Parsed, from: Side, to: Side): Carried {
  const recoded = from.charset !== to.charset
  const [old, next] = [BYTES[a.name], BYTES[b.name]]
  const within =
    next === undefined
      ? old === undefined && (a.modifiers[0] ?? 1) <= (b.modifiers[0] ?? 1)
      : old === undefined
        ? (a.modifiers[0] ?? 1) * 4 <= next
        : old <= next && (!recoded || next > 20_000_000)
  const blanks = b.name === 'char' && a.name !== 'char' ? `${value} LIKE '% '` : undefined
  // Blanks behind the end of a fixed length go, however many they are.
  const measured = b.name === 'char' ? `TRIM(TRAILING ' ' FROM ${value})` : value
  const length = within ? undefined : tooLong(measured, b, to.charset)
  const kept = `CONVERT(CONVERT(${value} USING ${to.charset}) USING ${from.charset})`
  const unknown = recoded && !WIDEST.has(to.charset) ? `CAST(${kept} AS BINARY) <> CAST(${value} AS BINARY)` : undefined
  return result(either(length, unknown), blanks)
}

function asJsonText(value: string, from: Side, to: Side, flavor: Flavor): Carried {
  const plain = (side: Side): Side => (side.type === 'json' ? { type: 'longtext', charset: 'utf8mb4' } : side)
  const inner = carried(value, plain(from), plain(to), flavor)
  if (to.type !== 'json' || from.type === 'json') return inner
  return { ...inner, ...result(either(inner.fails, `NOT JSON_VALID(CONVERT(${value} USING utf8mb4))`)) }
}

function bytesToBytes(value: string, a: Parsed, b: Parsed): Carried {
  const size = (type: Parsed): number => BYTES[type.name] ?? type.modifiers[0] ?? 1
  const fixed = b.name === 'binary' && !(a.name === 'binary' && size(a) >= size(b))
  return result(
    size(a) <= size(b) ? undefined : `LENGTH(${value}) > ${size(b)}`,
    // Zeroes fill it up.
    fixed ? `LENGTH(${value}) < ${size(b)}` : undefined,
  )
}

function momentToMoment(value: string, a: Parsed, b: Parsed): Carried {
  const [old, next] = [a.modifiers[0] ?? 0, b.modifiers[0] ?? 0]
  const cut = next < old && b.name !== 'date' ? `MICROSECOND(${value}) % ${10 ** (6 - next)} <> 0` : undefined
  if (a.name === b.name) return result(undefined, cut)
  const early =
    b.name === 'timestamp'
      ? `${value} <> 0 AND ${value} NOT BETWEEN '1970-01-01 00:00:01' AND '2038-01-19 03:14:07.999999'`
      : undefined
  if (a.name === 'date' && b.name !== 'time') return result(early)
  // The day is today's, and goes again on the way back.
  if (a.name === 'time') {
    const days = b.name === 'date' ? `${value} <> 0` : `${value} NOT BETWEEN '00:00:00' AND '23:59:59.999999'`
    return result(undefined, either(days, cut))
  }
  if (b.name === 'time') return result(undefined, `${value} IS NOT NULL`)
  if (b.name === 'date') return result(undefined, `CAST(${value} AS TIME(6)) <> 0`)
  return result(early, cut)
}

const WHOLE = "'^[[:space:]]*[-+]?[0-9]+[[:space:]]*$'"
const FRACTION = "'^[[:space:]]*[-+]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][-+]?[0-9]+)?[[:space:]]*$'"

function textToNumber(value: string, b: Parsed): Carried {
  const known = (pattern: string, beyond: string): string =>
    `CASE WHEN ${value} NOT REGEXP ${pattern} THEN 1 ELSE ${beyond} END`
  if (isInteger(b)) {
    const number = `CAST(${value} AS DECIMAL(65, 0))`
    // A text is read as a number with a sign, even for a column without one.
    const signed =
      BITS[b.name] === 64 ? `${number} NOT BETWEEN ${range(b)[0]} AND 9223372036854775807` : outside(number, b)
    return result(known(WHOLE, signed), differs(number, value))
  }
  if (b.name === 'decimal') {
    const { precision, scale } = decimal(b)
    const { fails } = numberToNumber(
      `CAST(${value} AS DECIMAL(65, 30))`,
      { ...b, unsigned: false, modifiers: [65, 30] },
      b,
    )
    return result(known(FRACTION, fails ?? '0'), differs(`CAST(${value} AS DECIMAL(${precision}, ${scale}))`, value))
  }
  const number = `CAST(${value} AS DOUBLE)`
  const { fails } = numberToNumber(number, { name: 'double', modifiers: [], unsigned: false, labels: [] }, b)
  return result(known(FRACTION, fails ?? '0'), differs(b.name === 'float' ? `CAST(${number} AS FLOAT)` : number, value))
}

function textToMoment(value: string, b: Parsed): Carried {
  const type = b.name === 'date' ? 'DATE' : `DATETIME(${b.modifiers[0] ?? 0})`
  return result(
    `${value} IS NOT NULL AND CAST(${value} AS ${type}) IS NULL`,
    differs(`CAST(${value} AS ${type})`, value),
  )
}

function toEnum(value: string, a: Parsed, b: Parsed): Carried {
  // A value is its label, wherever that stands in the list: with more labels, or in another order, it stays.
  if (a.name === 'enum' && a.labels.every((label) => b.labels.includes(label))) return {}
  const labels = b.labels.join(', ')
  const text = `CAST(${value} AS CHAR)`
  // Capitals do not count where the collation says so, and a number that is no label is a label's place.
  return result(
    `${value} NOT IN (${labels}) AND NOT (${text} REGEXP '^[0-9]+$' AND CAST(${text} AS UNSIGNED) BETWEEN 1 AND ${b.labels.length})`,
    `CAST(${text} AS BINARY) NOT IN (${b.labels.map((label) => `CAST(${label} AS BINARY)`).join(', ')})`,
  )
}

function setToSet(value: string, a: Parsed, b: Parsed): Carried {
  const gone = a.labels.filter((label) => !b.labels.includes(label))
  return result(either(...gone.map((label) => `FIND_IN_SET(${label}, ${value}) > 0`)))
}

function bitTo(value: string, a: Parsed, b: Parsed): Carried {
  const own = a.modifiers[0] ?? 1
  if (isInteger(b)) {
    const [, most] = range(b)
    return 2n ** BigInt(own) - 1n <= most ? {} : result(`${value} + 0 > ${most}`)
  }
  const room = b.modifiers[0] ?? 1
  return own <= room ? {} : result(`${value} + 0 >= ${2n ** BigInt(room)}`)
}

// What becomes of a value when its column gets another type: kept, altered or refused, as conditions in SQL. Every pair of
// types is checked against the server, value by value (test/dialects/narrowing.test.ts). Left out: dates after 294276,
// which are no timestamp.
import type { SchemaObject } from '../../schema/schema.ts'
import { literal } from './quote.ts'
import { named } from './render/names.ts'
import { objectExtra } from './render/shape.ts'
import {
  conversion,
  elementOf,
  holdsOne,
  INTEGERS,
  isString,
  LIST,
  NUMBERS,
  type ParsedType,
  parseType,
} from './render/types.ts'
import type { DomainExtra } from './shapes.ts'

/** What is known of the target, and the types that users have made. */
export interface Known {
  major: number
  objects: readonly SchemaObject[]
}

/** Where the server has no `pg_input_is_valid` (before 16): the same, for this session. */
export const POLYFILL = `create or replace function pg_temp.godwit_is_valid(value text, type text) returns boolean
language plpgsql as $$
begin
  execute format('select %L::text::%s', value, type);
  return true;
exception when others then
  return false;
end $$`

const OWN = 'pg_temp.godwit_is_valid'

/** Whether a condition asks for POLYFILL. */
export const needsPolyfill = (condition: string, { major }: Known): boolean => major < 16 && condition.includes(OWN)

/** The condition: this text is no value of the type. Null is one of every type. */
export const refusedText = (text: string, type: string, { major }: Known): string =>
  `(${text}) is not null and not ${major < 16 ? OWN : 'pg_input_is_valid'}(${text}, ${literal(readAs(type))})`

// Read, and only then cut: bits to their length, an interval to its fields.
const readAs = (type: string): string =>
  type.replace(/^bit(?: varying)?(?:\(\d+\))?/u, 'bit varying').replace(/^interval [a-z ]*(?:\(\d+\))?/u, 'interval')

/** The value as it is after the change: what the server makes of it by itself, or what USING says. */
const carried = (value: string, from: string, to: string): string => conversion(value, from, to) ?? `${value}::${to}`

/**
 * The condition: the value, converted, does not come back as the text that it was. Only for values that are not refused.
 */
export function doesNotReturn(
  value: string,
  from: string,
  to: string,
  using: string | undefined,
  known: Known,
): string {
  const there = `(${using ?? carried(value, from, to)})`
  const lost = refused(there, to, from, known)
  const back = `(${carried(there, to, from)})::text is distinct from ${value}::text`
  return lost === undefined ? back : `case when ${lost} then true else ${back} end`
}

const digits = (type: ParsedType): { precision: number; scale: number } => {
  const [precision = Number.POSITIVE_INFINITY, scale] = type.modifiers
  return { precision, scale: scale ?? (type.modifiers.length === 0 ? Number.POSITIVE_INFINITY : 0) }
}

const WIDTH: Readonly<Record<string, number>> = { smallint: 5, integer: 10, bigint: 19 }
const isTime = (name: string): boolean => /^(timestamp|time|interval)\b/u.test(name)
const fraction = ({ modifiers }: ParsedType): number => modifiers[0] ?? 6
const length = ({ name, modifiers }: ParsedType): number =>
  modifiers[0] ?? (name === 'character' ? 1 : Number.POSITIVE_INFINITY)

/** The type behind a domain. */
function base(type: string, { objects }: Known): { type: ParsedType; checked: boolean; isEnum: boolean } {
  const parsed = parseType(type)
  const made = objects.find((each) => named(each.name) === parsed.name)
  if (made?.type !== 'domain') return { type: parsed, checked: false, isEnum: made?.type === 'enum' }
  return {
    type: { ...parseType(objectExtra<DomainExtra>(made).base), array: parsed.array },
    checked: true,
    isEnum: false,
  }
}

/** Whether every value that is not refused comes back from the type as it was. Types that are not known count as no. */
export function lossless(from: string, to: string, known: Known): boolean {
  const [source, target] = [base(from, known), base(to, known)]
  const [a, b] = [source.type, target.type]
  if (a.array !== b.array) return b.array ? !isString(a.name) : isString(b.name)
  if (source.isEnum) return b.name === 'text' || isEnumLike(a, b, known)
  if (target.isEnum) return isString(a.name) && a.name !== 'character'
  if (isString(b.name)) return keptAsText(a, b)
  if (a.name === b.name) return keptInName(a, b)
  if (NUMBERS.includes(a.name) && NUMBERS.includes(b.name)) return keptAsNumber(a, b)
  if (isTime(a.name) && isTime(b.name) && fraction(b) < fraction(a)) return false
  if (a.name.startsWith('interval ') && b.name === 'interval') return true
  return KEPT.some(([sources, targets]) => sources.includes(a.name) && targets.includes(b.name)) || keptAsBits(a, b)
}

const isUnlimited = ({ name, modifiers }: ParsedType): boolean =>
  name === 'text' || (name === 'character varying' && modifiers.length === 0)

const isEnumLike = (_a: ParsedType, b: ParsedType, known: Known): boolean =>
  isString(b.name) ? isUnlimited(b) || b.name === 'character varying' : base(b.name, known).isEnum

// Pairs of different names that give back what they were given.
const KEPT: readonly (readonly [readonly string[], readonly string[]])[] = [
  [['date'], ['timestamp without time zone', 'timestamp with time zone']],
  // Our sessions have the time zone UTC.
  [['timestamp without time zone'], ['timestamp with time zone']],
  [['timestamp with time zone'], ['timestamp without time zone']],
  // Not an interval: 24:00 comes back from there as 00:00.
  [['time without time zone'], ['time with time zone']],
  [['cidr'], ['inet']],
  [['jsonb'], ['json']],
  [['text', 'character varying'], ['json']],
  [
    ['macaddr', 'macaddr8'],
    ['macaddr', 'macaddr8'],
  ],
  [
    ['bit', 'bit varying'],
    ['bit', 'bit varying'],
  ],
  [INTEGERS, ['oid', 'money']],
  [['oid'], INTEGERS],
  [['boolean'], NUMBERS],
]

function keptAsText(a: ParsedType, b: ParsedType): boolean {
  if (b.name === 'name') return a.name === b.name
  if (b.name === 'text') return true
  if (b.name === 'character') return a.name === 'character' || !(isString(a.name) || /^json|^xml/u.test(a.name))
  // Blanks behind the end are cut off without a word.
  if (a.name === 'character varying' || a.name === 'text' || /^json|^xml/u.test(a.name)) return length(b) >= length(a)
  return true
}

function keptInName(a: ParsedType, b: ParsedType): boolean {
  if (a.name === 'numeric') return b.modifiers.length === 0 || digits(b).scale >= digits(a).scale
  // A time keeps its zone; what an interval's fields leave out is in its name.
  return !isTime(a.name) || fraction(b) >= fraction(a)
}

function keptAsNumber(a: ParsedType, b: ParsedType): boolean {
  const own = a.name === 'numeric' ? digits(a).precision : (WIDTH[a.name] ?? Number.POSITIVE_INFINITY)
  if (INTEGERS.includes(b.name)) return INTEGERS.includes(a.name) || (a.name === 'numeric' && digits(a).scale <= 0)
  if (b.name === 'numeric') return INTEGERS.includes(a.name) && (b.modifiers.length === 0 || digits(b).scale >= 0)
  if (a.name === 'real') return true
  // Whole numbers up to 2^24 and 2^53; as many decimal digits as a number gives back when it is asked for them.
  if (INTEGERS.includes(a.name)) return own <= (b.name === 'real' ? 5 : 10)
  return a.name === 'numeric' && own <= (b.name === 'real' ? 6 : 15)
}

const keptAsBits = (a: ParsedType, b: ParsedType): boolean => {
  if (a.name === 'bit') return INTEGERS.includes(b.name)
  return (
    b.name === 'bit' &&
    INTEGERS.includes(a.name) &&
    length({ ...b, name: 'character' }) >= (a.name === 'bigint' ? 64 : 32)
  )
}

/** The condition: the server refuses the value as one of the type. Undefined: it takes them all. */
export function refused(value: string, from: string, to: string, known: Known): string | undefined {
  const [source, target] = [base(from, known), base(to, known)]
  const [a, b] = [source.type, target.type]
  if (a.array && b.array) {
    const item = refused('v', elementOf(from), elementOf(to), known)
    return item === undefined ? undefined : `exists (select from unnest(${value}) v where ${item})`
  }
  if (b.array) {
    if (a.name === 'json' || a.name === 'jsonb') return refusedText(`${value}::text`, to, known)
    const item = refused(value, from, elementOf(to), known)
    if (!isString(a.name)) return item
    return `case when ${value} ${LIST} then ${refusedText(`${value}::text`, to, known)} else ${item ?? 'false'} end`
  }
  // An array as a list in JSON.
  if (a.array && (b.name === 'json' || b.name === 'jsonb')) return undefined
  if (isString(b.name) && !target.checked) return tooLong(value, b, a)
  if (a.array) {
    const item = refused(`${value}[1]`, elementOf(from), to, known)
    return `case when ${holdsOne(value)} then ${item ?? 'false'} else ${value} is not null end`
  }
  if (a.name === b.name && !target.checked && !source.checked) return refusedInName(value, a, b)
  if (!target.checked && NUMBERS.includes(a.name) && NUMBERS.includes(b.name)) return outOfRange(value, a, b)
  if (!target.checked && !source.checked) {
    const condition = refusedPair(value, a, b, known)
    if (condition !== null) return condition
  }
  return refusedText(`${value}::text`, to, known)
}

// What the longest value of a type takes as text.
const LONGEST: Readonly<Record<string, number>> = { smallint: 6, integer: 11, bigint: 20, boolean: 5, uuid: 36 }

function tooLong(value: string, b: ParsedType, a: ParsedType): string | undefined {
  const most = length(b)
  if (b.name === 'name' || most === Number.POSITIVE_INFINITY) return undefined
  // Digits and a sign; with a fraction also a point, and a zero before it.
  const { precision, scale } = digits(a)
  const number = a.name === 'numeric' ? precision + (scale > 0 ? 3 : 1 - scale) : Number.POSITIVE_INFINITY
  const longest = isString(a.name) ? length(a) : (LONGEST[a.name] ?? number)
  return !a.array && longest <= most ? undefined : `length(rtrim(${value}::text, ' ')) > ${most}`
}

function refusedInName(value: string, a: ParsedType, b: ParsedType): string | undefined {
  if (a.name === 'numeric') return outOfRange(value, a, b)
  if (a.name === 'bit' || a.name === 'bit varying') return wrongLength(value, a, b)
  return undefined
}

function wrongLength(value: string, a: ParsedType, b: ParsedType): string | undefined {
  if (b.name === 'bit') {
    const wanted = b.modifiers[0] ?? 1
    return a.name === 'bit' && (a.modifiers[0] ?? 1) === wanted ? undefined : `bit_length(${value}) <> ${wanted}`
  }
  const most = b.modifiers[0] ?? Number.POSITIVE_INFINITY
  const own = a.name === 'bit' ? (a.modifiers[0] ?? 1) : (a.modifiers[0] ?? Number.POSITIVE_INFINITY)
  return own <= most ? undefined : `bit_length(${value}) > ${most}`
}

const RANGE: Readonly<Record<string, readonly [string, string]>> = {
  smallint: ['-32768', '32767'],
  integer: ['-2147483648', '2147483647'],
  bigint: ['-9223372036854775808', '9223372036854775807'],
}

function outOfRange(value: string, a: ParsedType, b: ParsedType): string | undefined {
  const range = RANGE[b.name]
  const isInteger = INTEGERS.includes(a.name)
  if (range !== undefined) {
    const [least, most] = range
    if (isInteger) {
      if (INTEGERS.indexOf(a.name) <= INTEGERS.indexOf(b.name)) return undefined
      return `${value} not between ${least} and ${most}`
    }
    if (a.name !== 'numeric') {
      // Half to even, as the server rounds them; the bounds are whole in both types but for the uppermost of all.
      const whole = `round(${value}::double precision)`
      return b.name === 'bigint'
        ? `not (${whole} >= ${least}::double precision and ${whole} < 9223372036854775808::double precision)`
        : `${whole} not between ${least} and ${most}`
    }
    const { precision, scale } = digits(a)
    // NaN is a number of every precision.
    if (precision - scale < (WIDTH[b.name] ?? 0) - 1) return `${value} = 'NaN'`
    return `round(${value}) not between ${least} and ${most}`
  }
  if (b.name === 'numeric') return tooManyDigits(value, a, b)
  return isInteger || a.name === 'real' ? undefined : beyondFloat(value, a, b)
}

function tooManyDigits(value: string, a: ParsedType, b: ParsedType): string | undefined {
  if (b.modifiers.length === 0) return undefined
  const { precision, scale } = digits(b)
  const room = precision - scale
  const own = a.name === 'numeric' ? digits(a) : { precision: WIDTH[a.name] ?? Number.POSITIVE_INFINITY, scale: 0 }
  const used = own.precision === Number.POSITIVE_INFINITY ? own.precision : own.precision - own.scale
  // Rounding can carry into one more digit.
  if (used < room || (used === room && scale >= own.scale)) return undefined
  return `${value}::text <> 'NaN' and abs(round(${value}::numeric, ${scale})) >= 1e${room}`
}

// Halfway to what would follow the greatest number, and to zero: those and what lies beyond is refused.
const FLOAT: Readonly<Record<string, readonly [string, string]>> = {
  real: ['340282356779733661637539395458142568448', '7.006492321624085354618e-46'],
  'double precision': ['1.797693134862315807937e308', '2.470328229206232720883e-324'],
}

function beyondFloat(value: string, a: ParsedType, b: ParsedType): string | undefined {
  const [most = '', least = ''] = FLOAT[b.name] ?? []
  if (a.name === 'double precision' && b.name === 'double precision') return undefined
  const { precision } = digits(a)
  if (a.name === 'numeric' && precision <= (b.name === 'real' ? 37 : 300)) return undefined
  const as = a.name === 'numeric' ? 'numeric' : 'double precision'
  return (
    `(abs(${value}) >= ${most}::${as} and ${value}::text not in ('NaN', 'Infinity', '-Infinity')` +
    ` or ${value} <> 0 and abs(${value}) <= ${least}::${as})`
  )
}

const TIMESTAMPTZ = 'timestamp with time zone'

// Null: nothing special is known of the pair, and it goes by way of text.
function refusedPair(value: string, a: ParsedType, b: ParsedType, known: Known): string | undefined | null {
  const [from, to] = [a.name, b.name]
  if (isTime(from) || from === 'date') {
    if (to === 'time without time zone' && from !== 'date') {
      return from.startsWith('interval') && known.major >= 17 ? `not isfinite(${value})` : undefined
    }
    if (to === 'time with time zone' && (from.startsWith('time ') || from === TIMESTAMPTZ)) return undefined
    if (from.startsWith('interval') && to.startsWith('interval')) return undefined
    if (to === 'interval' && from === 'time without time zone') return undefined
    if (to === 'date' || to.startsWith('timestamp '))
      return from === 'date' || from.startsWith('timestamp ') ? undefined : null
    return null
  }
  if ((from === 'bit' || from === 'bit varying') && (to === 'bit' || to === 'bit varying'))
    return wrongLength(value, a, b)
  if (from === 'bit' && INTEGERS.includes(to))
    return (a.modifiers[0] ?? 1) <= 32 && to !== 'smallint' ? undefined : null
  if (to === 'bit' && INTEGERS.includes(from)) return undefined
  if ((from === 'cidr' && to === 'inet') || (from === 'inet' && to === 'cidr')) return undefined
  if (from === 'jsonb') return fromJson(value, b, known)
  if (from === 'macaddr' && to === 'macaddr8') return undefined
  if (from === 'macaddr8' && to === 'macaddr') return `substring(${value}::text from 10 for 5) <> 'ff:fe'`
  if (to === 'oid' && INTEGERS.includes(from))
    return from === 'bigint' ? `${value} not between 0 and 4294967295` : undefined
  if (from === 'oid' && to === 'smallint') return outOfRange(`${value}::integer`, { ...a, name: 'integer' }, b)
  if (from === 'oid') return to === 'integer' || to === 'bigint' ? undefined : null
  if (to === 'boolean' && NUMBERS.includes(from)) return undefined
  if (from === 'boolean' && NUMBERS.includes(to)) {
    return to === 'numeric'
      ? tooManyDigits(`${value}::integer`, { ...a, name: 'numeric', modifiers: [1, 0] }, b)
      : undefined
  }
  if (to === 'money' && NUMBERS.includes(from)) {
    return from === 'smallint' || from === 'integer'
      ? undefined
      : `${value}::text <> 'NaN' and abs(round(${value}::numeric, 2)) > 92233720368547758.07 or ${value}::text = 'NaN'`
  }
  if (from === 'money' && NUMBERS.includes(to)) return outOfRange(`${value}::numeric`, { ...a, name: 'numeric' }, b)
  return null
}

function fromJson(value: string, b: ParsedType, { major }: Known): string | undefined | null {
  if (b.name === 'json') return undefined
  // Null is refused before 18, and then it is NULL.
  const orNull = major >= 18 ? ", 'null'" : ''
  if (b.name === 'boolean') return `jsonb_typeof(${value}) not in ('boolean'${orNull})`
  if (!NUMBERS.includes(b.name)) return null
  const number = outOfRange(`(${value} #>> '{}')::numeric`, { name: 'numeric', modifiers: [], array: false }, b)
  const isNumber = `when jsonb_typeof(${value}) = 'number' then ${number ?? 'false'}`
  return `case ${isNumber} else jsonb_typeof(${value}) not in ('number'${orNull}) end`
}

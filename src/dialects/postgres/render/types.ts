// What a change of type costs and how values are carried over. The table of reliability: same on all supported versions.

/** A type text taken apart: `character varying(255)[]`, `timestamp(3) with time zone`. */
export interface ParsedType {
  /** Without modifiers and brackets. */
  name: string
  modifiers: number[]
  array: boolean
}

/** Takes a type as the server prints it apart. Nothing is thrown: an unknown text is a name. */
export function parseType(type: string): ParsedType {
  const array = type.endsWith('[]')
  const text = array ? type.slice(0, type.indexOf('[]')) : type
  const found = /^([^"(]+)\(([\d,\s-]+)\)(.*)$/u.exec(text)
  if (found === null) return { name: text, modifiers: [], array }
  const [, head = '', numbers = '', tail = ''] = found
  return { name: `${head.trim()}${tail}`, modifiers: numbers.split(',').map(Number), array }
}

export const INTEGERS = ['smallint', 'integer', 'bigint']
export const NUMBERS = [...INTEGERS, 'numeric', 'real', 'double precision']
const STRINGS = ['text', 'character varying', 'character', 'name']
const TIMES = ['timestamp without time zone', 'timestamp with time zone']

// Pairs that have an implicit or assignment cast (pg_cast, castcontext i or a), besides all types to a string type.
const ASSIGNABLE: readonly (readonly [readonly string[], readonly string[]])[] = [
  [NUMBERS, NUMBERS],
  [STRINGS, STRINGS],
  [STRINGS.filter((name) => name !== 'name'), ['"char"']],
  [
    ['date', ...TIMES],
    ['date', ...TIMES],
  ],
  [TIMES, ['time without time zone']],
  [['timestamp with time zone'], ['time with time zone']],
  [
    ['time without time zone', 'time with time zone'],
    ['time without time zone', 'time with time zone'],
  ],
  [['time without time zone'], ['interval']],
  [['interval'], ['time without time zone']],
  [
    ['bit', 'bit varying'],
    ['bit', 'bit varying'],
  ],
  [
    ['inet', 'cidr'],
    ['inet', 'cidr'],
  ],
  [
    ['json', 'jsonb'],
    ['json', 'jsonb'],
  ],
  [
    ['macaddr', 'macaddr8'],
    ['macaddr', 'macaddr8'],
  ],
  [['integer', 'bigint', 'numeric'], ['money']],
  [['money'], ['numeric']],
  [INTEGERS, ['oid']],
  [['oid'], ['integer', 'bigint']],
]

// Pairs that only an explicit cast leads over. Everything else goes by way of text.
const CASTABLE: readonly (readonly [readonly string[], readonly string[]])[] = [
  [['integer'], ['boolean', 'bit']],
  [['boolean'], ['integer']],
  [['bigint'], ['bit']],
  [['bit'], ['integer', 'bigint']],
  [['jsonb'], ['boolean', ...NUMBERS]],
]

// What an interval leaves out is no part of its name here.
const withoutFields = (type: ParsedType): ParsedType =>
  type.name.startsWith('interval ') ? { ...type, name: 'interval' } : type

const pairIn = (pairs: typeof ASSIGNABLE, from: string, to: string): boolean =>
  pairs.some(([sources, targets]) => sources.includes(from) && targets.includes(to))

/** The USING expression for a column (as SQL) whose type changes; undefined where the server converts by itself. */
export function conversion(column: string, from: string, to: string): string | undefined {
  const [source, target] = [withoutFields(parseType(from)), withoutFields(parseType(to))]
  if (source.array !== target.array) return betweenArrays(column, from, to, source)
  if (source.name === target.name) return undefined
  if (!source.array && isString(target.name)) return undefined
  if (pairIn(ASSIGNABLE, source.name, target.name)) return undefined
  // The blanks that fill a fixed length are no part of the value.
  if (source.name === 'character' && !source.array) return `${column}::text::${to}`
  if (source.array || isString(source.name) || pairIn(CASTABLE, source.name, target.name)) {
    return source.array && !isString(source.name) && !isString(target.name)
      ? `${column}::text[]::${to}`
      : `${column}::${to}`
  }
  if (target.name === 'boolean' && NUMBERS.includes(source.name)) return `${column} <> 0`
  // Written with a currency sign, it is no number; and a number with an exponent is no money.
  if (source.name === 'money' && NUMBERS.includes(target.name)) return `${column}::numeric::${to}`
  if (target.name === 'money' && NUMBERS.includes(source.name)) return `${column}::numeric::${to}`
  if (source.name === 'oid' && target.name === 'smallint') return `${column}::integer::${to}`
  if (source.name === 'boolean' && NUMBERS.includes(target.name)) return `${column}::integer::${to}`
  return `${column}::text::${to}`
}

function betweenArrays(column: string, from: string, to: string, source: ParsedType): string | undefined {
  if (isString(parseType(to).name) && source.array) return undefined
  if (to === 'jsonb' || to === 'json') return `to_${to}(${column})`
  // One value becomes a list of one, and the other way round; NULL stays NULL. A list in braces is read as one.
  if (!source.array && !['json', 'jsonb'].includes(source.name)) {
    const item = conversion(column, from, elementOf(to)) ?? column
    const list = isString(source.name) ? ` when ${column} ${LIST} then ${column}::text::${to}` : ''
    return `case${list} when ${column} is not null then array[${item}]::${to} end`
  }
  if (source.array) {
    const item = conversion(`${column}[1]`, elementOf(from), to) ?? `${column}[1]`
    return `case when ${holdsOne(column)} then ${item} else ${column}::text::${to} end`
  }
  return `${column}::text::${to}`
}

/** The type of an array's elements. */
export const elementOf = (type: string): string => type.slice(0, type.indexOf('[]'))

/** The condition on a text: it is a list in braces. */
export const LIST = "~ '^\\s*\\{.*\\}\\s*$'"

/** The condition on an array: it is a list of one. */
export const holdsOne = (column: string): string => `cardinality(${column}) = 1 and array_ndims(${column}) = 1`

export const isString = (name: string): boolean => STRINGS.includes(name)

const PAIRS = [...ASSIGNABLE, ...CASTABLE]
const KNOWN = new Set(PAIRS.flat(2))

/** Whether values of one type commonly are values of the other: any text may be, a date is no number. */
export function converts(from: string, to: string): boolean {
  const [source, target] = [parseType(from), parseType(to)]
  if (isString(target.name) || (isString(source.name) && !source.array)) return true
  if (source.array && !target.array) return to === 'json' || to === 'jsonb'
  if (source.name === target.name || pairIn(PAIRS, source.name, target.name)) return true
  if (source.name === 'boolean' || target.name === 'boolean') {
    return NUMBERS.includes(source.name) || NUMBERS.includes(target.name)
  }
  // Types that somebody made, such as an enum that replaces another one.
  return !KNOWN.has(source.name) && !KNOWN.has(target.name)
}

/** Whether the server has to write every row anew. Unknown types count as yes. */
export function rewrites(from: string, to: string): boolean {
  const [source, target] = [parseType(from), parseType(to)]
  if (source.array !== target.array) return true
  if (source.array) return from !== to
  const [a, b] = [source.name, target.name]
  if (a === b) return !widens(a, source.modifiers, target.modifiers)
  if (a === 'character varying' && b === 'text') return false
  if (a === 'text' && b === 'character varying') return target.modifiers.length > 0
  return !(a === 'cidr' && b === 'inet')
}

// More room or no limit, for the types whose values do not carry their limit.
function widens(name: string, from: number[], to: number[]): boolean {
  if (from.join() === to.join()) return true
  const [width = Number.POSITIVE_INFINITY, scale = 0] = to
  const [oldWidth = Number.POSITIVE_INFINITY, oldScale = 0] = from
  if (name === 'numeric') return to.length === 0 || (from.length > 0 && scale === oldScale && width >= oldWidth)
  if (/^(character varying|bit varying|timestamp|time|interval)/.test(name)) return width >= oldWidth
  return false
}

/** Whether the column's stored default has to be taken off before the type changes: the server may have no cast for it. */
export const changesBase = (from: string, to: string): boolean =>
  parseType(from).name !== parseType(to).name || parseType(from).array !== parseType(to).array

const FAMILIES = [INTEGERS, STRINGS.slice(0, 2), ['date', ...TIMES], ['real', 'double precision'], ['inet', 'cidr']]

/** Whether values of both types compare in one index: then a foreign key may stand between them. */
export function joinable(from: string, to: string): boolean {
  const [a, b] = [parseType(from), parseType(to)]
  if (a.array !== b.array) return false
  return (
    a.name === b.name || (!a.array && FAMILIES.some((family) => family.includes(a.name) && family.includes(b.name)))
  )
}

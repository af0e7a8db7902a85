// Sequence options: CREATE SEQUENCE, ALTER SEQUENCE that keeps the current value, and the names behind columns.
import { identifier, literal } from '../quote.ts'
import type { SequenceExtra } from '../shapes.ts'
import { comment } from './comments.ts'
import { type Draft, statement } from './draft.ts'
import { NONE } from './facts.ts'
import { named } from './names.ts'

/** The options of a sequence as clauses of CREATE SEQUENCE or of an identity column. */
export function sequenceClauses(options: SequenceExtra): string[] {
  return [
    ...(options.type === undefined ? [] : [`as ${options.type}`]),
    ...(options.start === undefined ? [] : [`start with ${options.start}`]),
    ...(options.increment === undefined ? [] : [`increment by ${options.increment}`]),
    ...(options.min === undefined ? [] : [`minvalue ${options.min}`]),
    ...(options.max === undefined ? [] : [`maxvalue ${options.max}`]),
    ...(options.cache === undefined ? [] : [`cache ${options.cache}`]),
    ...(options.cycle === undefined ? [] : ['cycle']),
  ]
}

/** CREATE SEQUENCE and its comment; its owner is set apart, once the column exists. `name` is a qualified name. */
export function createSequence(name: string, options: SequenceExtra): Draft[] {
  const words = ['create', ...(options.unlogged ? ['unlogged'] : []), 'sequence', named(name)]
  return [
    statement([...words, ...sequenceClauses(options)].join(' '), NONE),
    ...comment(`sequence ${named(name)}`, options.comment),
  ]
}

/** ALTER SEQUENCE … OWNED BY; null releases it. */
export const ownedBy = (name: string, owner: { table: string; column: string } | null): Draft =>
  statement(
    `alter sequence ${named(name)} owned by ${owner === null ? 'none' : `${named(owner.table)}.${identifier(owner.column)}`}`,
    NONE,
  )

interface Bounds {
  min: bigint
  max: bigint
  start: bigint
}

const WIDTH: { readonly [type: string]: bigint } = { smallint: 15n, integer: 31n, bigint: 63n }

// The server's defaults (init_params in sequence.c): an ascending sequence runs from 1 to the type's greatest value.
function bounds(options: SequenceExtra, type: string): Bounds {
  const top = (1n << (WIDTH[options.type ?? type] ?? 63n)) - 1n
  const ascending = !(options.increment ?? '1').startsWith('-')
  const min = options.min === undefined ? (ascending ? 1n : -top - 1n) : BigInt(options.min)
  const max = options.max === undefined ? (ascending ? top : -1n) : BigInt(options.max)
  return { min, max, start: options.start === undefined ? (ascending ? min : max) : BigInt(options.start) }
}

/**
 * The statements that change the options of a sequence and keep its current value; only where the value is outside of
 * the new range it moves to the nearest end. `fromType` and `toType` are the types where the options name none.
 */
export function alterSequence(
  name: string,
  from: SequenceExtra,
  to: SequenceExtra,
  fromType = 'bigint',
  toType = fromType,
): Draft[] {
  const old = bounds(from, fromType)
  const next = bounds(to, toType)
  const typeChanges = (from.type ?? fromType) !== (to.type ?? toType)
  const clauses = [
    ...(typeChanges ? [`as ${to.type ?? toType}`] : []),
    ...(old.start === next.start ? [] : [`start with ${next.start}`]),
    ...(from.increment === to.increment ? [] : [`increment by ${to.increment ?? '1'}`]),
    // A type change moves bounds that were the old type's defaults by itself: written out, both ways lead to the same.
    ...(old.min === next.min ? [] : [to.min === undefined ? 'no minvalue' : `minvalue ${to.min}`]),
    ...(old.max === next.max ? [] : [to.max === undefined ? 'no maxvalue' : `maxvalue ${to.max}`]),
    ...(from.cache === to.cache ? [] : [`cache ${to.cache ?? '1'}`]),
    ...(from.cycle === to.cycle ? [] : [to.cycle ? 'cycle' : 'no cycle']),
  ]
  const narrower = next.min > old.min || next.max < old.max
  const drafts: Draft[] = []
  if (narrower && !onlyTypeDefaults(from, to)) drafts.push(...clamp(name, old, next))
  if (clauses.length > 0) drafts.push(statement(`alter sequence ${named(name)} ${clauses.join(' ')}`, NONE))
  if (from.unlogged !== to.unlogged || from.logged !== to.logged) {
    // Absent means: as the table. A change from one to the other names what was before.
    const unlogged = to.unlogged ?? from.logged ?? false
    drafts.push(statement(`alter sequence ${named(name)} set ${unlogged ? 'unlogged' : 'logged'}`, NONE))
  }
  return [...drafts, ...comment(`sequence ${named(name)}`, to.comment, from.comment)]
}

/** The options with both ends of the range written out: what they mean whatever the type is. */
export function explicitRange(options: SequenceExtra, type: string): SequenceExtra {
  const { min, max } = bounds(options, type)
  return { ...options, min: String(min), max: String(max) }
}

/** Whether values of the first type may not fit into the second. */
export const isNarrower = (from: string, to: string): boolean => (WIDTH[from] ?? 63n) > (WIDTH[to] ?? 63n)

const onlyTypeDefaults = (from: SequenceExtra, to: SequenceExtra): boolean =>
  from.min === undefined && to.min === undefined && from.max === undefined && to.max === undefined

// ALTER SEQUENCE refuses a range without the current value: the range is widened to hold both, then the value moves.
function clamp(name: string, old: Bounds, next: Bounds): Draft[] {
  const [low = old.min] = [old.min, next.min].sort(byValue)
  const [high = old.max] = [old.max, next.max].sort((a, b) => byValue(b, a))
  const sequence = named(name)
  const widen =
    low === old.min && high === old.max
      ? []
      : [statement(`alter sequence ${sequence} minvalue ${low} maxvalue ${high}`, NONE)]
  return [
    ...widen,
    statement(
      `select pg_catalog.setval(${literal(sequence)}, least(greatest(last_value, ${next.min}), ${next.max}), is_called) from ${sequence} where last_value not between ${next.min} and ${next.max}`,
      NONE,
      { note: 'The current value is kept, or moved to the nearest end of the new range.' },
    ),
  ]
}

const byValue = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0)

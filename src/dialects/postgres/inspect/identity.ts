// Sequences: those that are a column's own numbering are folded into the column, the others are objects.
import { qualify, ref } from '../../../schema/names.ts'
import type { Identity, SchemaObject } from '../../../schema/schema.ts'
import { CLASS } from './catalog.ts'
import { type Context, compact, flag, inNamespace, withExtra } from './context.ts'
import type { Relation, Relations } from './relations.ts'
import type { ColumnRow, SequenceRow } from './tables-queries.ts'

/** Answers which columns number themselves. */
export interface Numbering {
  identityOf(relation: Relation, column: ColumnRow): Identity | undefined
  objects: SchemaObject[]
}

const KINDS = { a: 'always', d: 'by default' } as const

/** Sorts the sequences into columns and objects. */
export function numberingOf(relations: Relations, context: Context): Numbering {
  const folded = new Map<string, SequenceRow>()
  const objects: SchemaObject[] = []
  for (const sequence of relations.sequences) {
    const owner = sequence.owner === null ? undefined : relations.byOid.get(sequence.owner)
    const column = owner?.columns.find(({ number }) => number === sequence.ownercolumn)
    // Owned by a table that is none of ours to see: it goes with its owner.
    if (sequence.owner !== null && owner === undefined) continue
    if (owner !== undefined && column !== undefined && isNumberingOf(sequence, column)) {
      folded.set(`${sequence.owner} ${sequence.ownercolumn}`, sequence)
      context.setRef(CLASS.relation, sequence.oid, ref('column', owner.name, column.name))
    } else {
      objects.push(sequenceObject(sequence, owner, column, context))
    }
  }
  return {
    objects,
    identityOf(relation, column) {
      const sequence = folded.get(`${relation.row.oid} ${column.number}`)
      // A partition's column numbers itself with the sequence of its parent (17): that is the parent's word.
      if (sequence === undefined) return undefined
      const kind = column.identity === 'a' || column.identity === 'd' ? KINDS[column.identity] : 'serial'
      const name = context.name(sequence.namespace, sequence.name)
      const usual = qualify(
        conventionalName(relation.row.name, column.name, 'seq'),
        context.namespace(relation.row.namespace),
      )
      const options = optionsOf(sequence, impliedType(relations.typeText(column.type, column.typmod)), context, {
        unlogged: relation.row.persistence === 'u',
      })
      return {
        kind,
        ...(name !== usual && { sequence: name }),
        ...(Object.keys(options).length > 0 && { options }),
      }
    },
  }
}

const isNumberingOf = (sequence: SequenceRow, column: ColumnRow): boolean =>
  sequence.ownership === 'i' || column.expression === sequence.nextval

function sequenceObject(
  sequence: SequenceRow,
  owner: Relation | undefined,
  column: ColumnRow | undefined,
  context: Context,
): SchemaObject {
  const name = context.name(sequence.namespace, sequence.name)
  const own = ref('sequence', name)
  context.setRef(CLASS.relation, sequence.oid, own)
  inNamespace(context, own, sequence.namespace)
  const { comment, ...options } = optionsOf(sequence, 'bigint', context, { unlogged: false })
  const ownedBy = owner === undefined || column === undefined ? undefined : { table: owner.name, column: column.name }
  return {
    type: 'sequence',
    name,
    ...(typeof comment === 'string' && { comment }),
    ...withExtra({ ...options, ownedBy }),
  }
}

const LIMITS: ReadonlyMap<string, [min: string, max: string]> = new Map([
  ['smallint', ['-32768', '32767']],
  ['integer', ['-2147483648', '2147483647']],
  ['bigint', ['-9223372036854775808', '9223372036854775807']],
])

/** Only what differs from the defaults of its type (CREATE SEQUENCE says them). */
function optionsOf(sequence: SequenceRow, implied: string, context: Context, { unlogged }: { unlogged: boolean }) {
  const [lowest, highest] = LIMITS.get(sequence.type) ?? ['', '']
  const falling = sequence.increment.startsWith('-')
  const min = falling ? lowest : '1'
  const max = falling ? '-1' : highest
  const start = falling ? sequence.max : sequence.min
  const unless = (value: string, usual: string): string | undefined => (value === usual ? undefined : value)
  return compact({
    type: unless(sequence.type, implied),
    increment: unless(sequence.increment, '1'),
    min: unless(sequence.min, min),
    max: unless(sequence.max, max),
    start: unless(sequence.start, start),
    cache: unless(sequence.cache, '1'),
    cycle: flag(sequence.cycle),
    unlogged: flag(sequence.persistence === 'u' && !unlogged),
    // Before 15 every sequence was logged: nobody said so.
    logged: flag(sequence.persistence !== 'u' && unlogged && context.version >= 150000),
    ...context.comment(CLASS.relation, sequence.oid),
  })
}

const impliedType = (columnType: string): string => (LIMITS.has(columnType) ? columnType : 'bigint')

// NAMEDATALEN - 1
const LONGEST = 63

/** The name that the server makes for a thing of a column (makeObjectName in its source): shortened in bytes. */
export function conventionalName(table: string, column: string, label: string): string {
  let [first, second] = [Buffer.byteLength(table), Buffer.byteLength(column)]
  while (first + second + label.length + 2 > LONGEST) {
    if (first > second) first--
    else second--
  }
  return `${clip(table, first)}_${clip(column, second)}_${label}`
}

// Never in the middle of a character.
function clip(text: string, bytes: number): string {
  let size = 0
  let out = ''
  for (const character of text) {
    size += Buffer.byteLength(character)
    if (size > bytes) break
    out += character
  }
  return out
}

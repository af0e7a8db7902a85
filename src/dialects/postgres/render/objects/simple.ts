// Schemas, extensions and sequences that stand on their own.
import { unqualify } from '../../../../schema/names.ts'
import type { Column, SchemaObject } from '../../../../schema/schema.ts'
import { identifier } from '../../quote.ts'
import type { ExtensionExtra, SequenceExtra } from '../../shapes.ts'
import { impliedType, sequenceOf } from '../column-text.ts'
import { type Context, type Draft, statement } from '../draft.ts'
import { NONE } from '../facts.ts'
import { named } from '../names.ts'
import { alterSequence, createSequence, ownedBy } from '../sequences.ts'
import { objectExtra, same, sequenceOptions } from '../shape.ts'
import { renameRelation } from '../tables.ts'
import { bareRename, type Family, objectComment, plainDrop } from './family.ts'

const bare = (object: SchemaObject): string => unqualify(object.name).name

/** Schemas. `public` is there in every new database. */
export const schemaFamily: Family = {
  create: (object) => [
    statement(`create schema ${bare(object) === 'public' ? 'if not exists ' : ''}${identifier(bare(object))}`, NONE),
    ...objectComment(object, object.comment),
  ],
  drop: plainDrop,
  alter: (from, to) => objectComment(to, to.comment, from.comment),
  rename: ({ from, to }) => bareRename('schema', from, to),
  inPlace: () => true,
}

/** Extensions: their schema and comment change in place. */
export const extensionFamily: Family = {
  create(object) {
    const { schema }: ExtensionExtra = objectExtra(object)
    const place = schema === undefined ? '' : ` with schema ${identifier(schema)}`
    return [
      statement(`create extension if not exists ${identifier(bare(object))}${place}`, NONE),
      ...objectComment(object, object.comment),
    ]
  },
  drop: plainDrop,
  alter(from, to) {
    const [before, after]: [ExtensionExtra, ExtensionExtra] = [objectExtra(from), objectExtra(to)]
    return [
      ...(before.schema === after.schema
        ? []
        : [
            statement(
              `alter extension ${identifier(bare(to))} set schema ${identifier(after.schema ?? 'public')}`,
              NONE,
            ),
          ]),
      ...objectComment(to, to.comment, from.comment),
    ]
  },
  rename: () => [],
  inPlace(from, to) {
    const [before, after]: [ExtensionExtra, ExtensionExtra] = [objectExtra(from), objectExtra(to)]
    return before.schema === after.schema || !(before.fixed || after.fixed)
  },
}

const sequenceExtra = (object: SchemaObject): SequenceExtra => objectExtra(object)

function owner(object: SchemaObject, from?: SchemaObject): Draft[] {
  const [before, after] = [from === undefined ? undefined : sequenceExtra(from).ownedBy, sequenceExtra(object).ownedBy]
  return same(before, after) ? [] : [ownedBy(object.name, after ?? null)]
}

/** Sequences: everything changes in place, and the current value is kept. */
export const sequenceFamily: Family = {
  create(object, context) {
    const { ownedBy: _ownedBy, ...options } = sequenceExtra(object)
    const column = releasingColumn(object.name, context)
    if (column !== undefined) {
      const old = sequenceOptions(column.identity ?? {})
      return [
        ownedBy(object.name, sequenceExtra(object).ownedBy ?? null),
        ...alterSequence(
          object.name,
          { ...old, comment: '' },
          { ...options, comment: '' },
          impliedType(column.type),
          'bigint',
        ),
        ...objectComment(object, object.comment, old.comment),
      ]
    }
    return [
      ...createSequence(object.name, options),
      ...(ownerComes(object, context) ? [] : owner(object)),
      ...objectComment(object, object.comment),
    ]
  },
  drop: (object, context) =>
    takenOver(object.name, context) || ownerGone(object, context)
      ? []
      : [statement(`drop sequence ${named(object.name)}`, { losesData: true })],
  alter: (from, to, context) => [
    ...alterSequence(to.name, sequenceExtra(from), sequenceExtra(to)),
    ...(ownerComes(to, context) ? [] : owner(to, from)),
    ...objectComment(to, to.comment, from.comment),
  ],
  rename: ({ from, to }) => renameRelation(from, to, 'sequence', NONE),
  inPlace: () => true,
}

/** The column that numbered itself with this sequence until these operations. */
function releasingColumn(sequence: string, { operations }: Context): Column | undefined {
  for (const operation of operations) {
    if (operation.kind !== 'alterColumn' || operation.from.identity?.kind !== 'serial') continue
    if (operation.to.identity !== undefined) continue
    if (named(sequenceOf(operation.table, operation.from)) === named(sequence)) return operation.from
  }
  return undefined
}

/** Whether a column numbers itself with this sequence after these operations: then it keeps its counter. */
function takenOver(sequence: string, { operations }: Context): boolean {
  const takes = (table: string, column: Column): boolean =>
    column.identity?.kind === 'serial' && named(sequenceOf(table, column)) === named(sequence)
  return operations.some((operation) => {
    if (operation.kind === 'alterColumn') {
      return operation.from.identity === undefined && takes(operation.table, operation.to)
    }
    if (operation.kind === 'addColumn') return takes(operation.table, operation.column)
    return operation.kind === 'createTable' && operation.table.columns.some((each) => takes(operation.table.name, each))
  })
}

/** Whether the column that owns the sequence is made later: ownedSequences says it then. */
function ownerComes(object: SchemaObject, { operations, position }: Context): boolean {
  const { ownedBy: own } = sequenceExtra(object)
  if (own === undefined) return false
  return operations.slice(position + 1).some((operation) => {
    if (operation.kind === 'createTable') return operation.table.name === own.table
    return operation.kind === 'addColumn' && operation.table === own.table && operation.column.name === own.column
  })
}

/** Whether the column that owned the sequence has gone, and taken it along. */
function ownerGone(object: SchemaObject, { operations, position }: Context): boolean {
  const { ownedBy: own } = sequenceExtra(object)
  if (own === undefined) return false
  return operations.slice(0, position).some((operation) => {
    if (operation.kind === 'dropTable') return operation.table.name === own.table
    return operation.kind === 'dropColumn' && operation.table === own.table && operation.column.name === own.column
  })
}

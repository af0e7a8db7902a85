// Constraints: add, drop, rename, alter.
import { byConstraint } from '../schema/canonical.ts'
import { constraintRef } from '../schema/identity.ts'
import { ref } from '../schema/names.ts'
import type { Constraint, Schema } from '../schema/schema.ts'
import { type Behaviours, touching } from './behaviour.ts'
import { editTable, insertSorted, misfit, without } from './edit.ts'
import { renamePart } from './rename.ts'
import { constraintWords } from './words.ts'

type ConstraintKind = 'addConstraint' | 'dropConstraint' | 'renameConstraint' | 'alterConstraint'

/** The behaviours of operations on constraints. */
export const constraints: Behaviours<ConstraintKind> = {
  addConstraint: {
    apply: (schema, { table, constraint }) => added(schema, table, constraint),
    invert: ({ table, constraint }) => ({ kind: 'dropConstraint', table, constraint }),
    describe: ({ table, constraint }) => `add ${constraintWords(constraint)} to ${table}`,
    touches: ({ table, constraint }) =>
      touching({ creates: [constraintRef(table, constraint)], uses: needs(table, constraint) }),
    sign: '+',
  },
  dropConstraint: {
    apply: (schema, { table, constraint }) => dropped(schema, table, constraint),
    invert: ({ table, constraint }) => ({ kind: 'addConstraint', table, constraint }),
    describe: ({ table, constraint }) => `drop ${constraintWords(constraint)} of ${table}`,
    touches: ({ table, constraint }) =>
      touching({ drops: [constraintRef(table, constraint)], uses: needs(table, constraint) }),
    sign: '-',
  },
  renameConstraint: {
    apply(schema, { table, from, to }) {
      editTable(schema, table, (each) => {
        without(each.constraints, ({ name }) => name === from, `constraint ${from} on ${table}`)
        if (each.constraints.some(({ name }) => name === to)) throw misfit(`${table} has a constraint ${to} already`)
        return each
      })
      return renamePart(schema, 'constraint', table, from, to)
    },
    invert: ({ table, from, to }) => ({ kind: 'renameConstraint', table, from: to, to: from }),
    describe: ({ table, from, to }) => `rename constraint ${from} of ${table} to ${to}`,
    touches: ({ table, from, to }) =>
      touching({
        creates: [ref('constraint', table, to)],
        drops: [ref('constraint', table, from)],
        uses: [ref('table', table)],
      }),
    sign: '~',
  },
  alterConstraint: {
    apply: (schema, { table, from, to }) => added(dropped(schema, table, from), table, to),
    invert: ({ table, from, to }) => ({ kind: 'alterConstraint', table, from: to, to: from }),
    describe: ({ table, to }) => `alter ${constraintWords(to)} of ${table}`,
    touches: ({ table, from, to }) =>
      touching({ uses: [constraintRef(table, from), ...new Set([...needs(table, from), ...needs(table, to)])] }),
    sign: '~',
  },
}

function added(schema: Schema, table: string, constraint: Constraint): Schema {
  return editTable(schema, table, (each) => {
    if (constraint.name !== '' && each.constraints.some(({ name }) => name === constraint.name)) {
      throw misfit(`${table} has a constraint ${constraint.name} already`)
    }
    for (const column of constraint.columns) {
      if (!each.columns.some(({ name }) => name === column)) throw misfit(`${table} has no column ${column}`)
    }
    return { ...each, constraints: insertSorted(each.constraints, constraint, byConstraint) }
  })
}

/** Named constraints go by name, the others by shape. */
function dropped(schema: Schema, table: string, constraint: Constraint): Schema {
  const wanted = constraintRef(table, constraint)
  return editTable(schema, table, (each) => ({
    ...each,
    constraints: without(each.constraints, (one) => constraintRef(table, one) === wanted, wanted),
  }))
}

const needs = (table: string, { columns, references }: Constraint): string[] => [
  ref('table', table),
  ...columns.map((column) => ref('column', table, column)),
  ...(references === undefined
    ? []
    : [ref('table', references.table), ...references.columns.map((column) => ref('column', references.table, column))]),
]

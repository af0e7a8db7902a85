// Columns: add, drop, rename, alter, move.
import { ref } from '../schema/names.ts'
import type { Column } from '../schema/schema.ts'
import { type Behaviours, touching } from './behaviour.ts'
import { editTable, misfit, without } from './edit.ts'
import { renameColumn } from './rename.ts'
import { columnChanges, columnWords } from './words.ts'

type ColumnKind = 'addColumn' | 'dropColumn' | 'renameColumn' | 'alterColumn' | 'moveColumn'

const afterRef = (table: string, after: string | null | undefined): string[] =>
  typeof after === 'string' ? [ref('column', table, after)] : []

const path = (table: string, column: string): string => ref('', table, column).trimStart()

/** The behaviours of operations on columns. */
export const columns: Behaviours<ColumnKind> = {
  addColumn: {
    apply: (schema, { table, column, after }) =>
      editTable(schema, table, (each) => ({ ...each, columns: placed(each.columns, column, after, table) })),
    invert: ({ table, column, after }) => ({
      kind: 'dropColumn',
      table,
      column,
      ...(after !== undefined && { after }),
    }),
    describe: ({ table, column }) => `add column ${path(table, column.name)} ${columnWords(column)}`,
    touches: ({ table, column, after }) =>
      touching({
        creates: [ref('column', table, column.name)],
        uses: [ref('table', table), ...afterRef(table, after)],
      }),
    sign: '+',
  },
  dropColumn: {
    apply: (schema, { table, column }) =>
      editTable(schema, table, (each) => ({ ...each, columns: removed(each.columns, column.name, table) })),
    invert: ({ table, column, after }) => ({
      kind: 'addColumn',
      table,
      column,
      ...(after !== undefined && { after }),
    }),
    describe: ({ table, column }) => `drop column ${path(table, column.name)} ${columnWords(column)}`,
    touches: ({ table, column, after }) =>
      touching({ drops: [ref('column', table, column.name)], uses: [ref('table', table), ...afterRef(table, after)] }),
    sign: '-',
  },
  renameColumn: {
    apply(schema, { table, from, to }) {
      editTable(schema, table, (each) => {
        if (each.columns.some(({ name }) => name === to)) throw misfit(`the column ${path(table, to)} is there already`)
        removed(each.columns, from, table)
        return each
      })
      return renameColumn(schema, table, from, to)
    },
    invert: ({ table, from, to }) => ({ kind: 'renameColumn', table, from: to, to: from }),
    describe: ({ table, from, to }) => `rename column ${path(table, from)} to ${to}`,
    touches: ({ table, from, to }) =>
      touching({
        creates: [ref('column', table, to)],
        drops: [ref('column', table, from)],
        uses: [ref('table', table)],
      }),
    sign: '~',
  },
  alterColumn: {
    apply: (schema, { table, from, to }) =>
      editTable(schema, table, (each) => {
        removed(each.columns, from.name, table)
        return { ...each, columns: each.columns.map((column) => (column.name === from.name ? to : column)) }
      }),
    invert: ({ table, from, to, using, reverseUsing }) => ({
      kind: 'alterColumn',
      table,
      from: to,
      to: from,
      ...(reverseUsing !== undefined && { using: reverseUsing }),
      ...(using !== undefined && { reverseUsing: using }),
    }),
    describe: ({ table, from, to }) => `alter column ${path(table, to.name)}: ${columnChanges(from, to)}`,
    touches: ({ table, to }) => touching({ uses: [ref('table', table), ref('column', table, to.name)] }),
    sign: '~',
  },
  moveColumn: {
    apply: (schema, { table, column, to }) =>
      editTable(schema, table, (each) => {
        const current = each.columns.find(({ name }) => name === column.name)
        if (current === undefined) throw misfit(`there is no column ${path(table, column.name)}`)
        return { ...each, columns: placed(removed(each.columns, column.name, table), current, to, table) }
      }),
    invert: ({ table, column, from, to }) => ({ kind: 'moveColumn', table, column, from: to, to: from }),
    describe: ({ table, column, to }) =>
      `move column ${path(table, column.name)} ${to === null ? 'to the first place' : `after ${to}`}`,
    touches: ({ table, column, from, to }) =>
      touching({
        uses: [
          ref('table', table),
          ref('column', table, column.name),
          ...afterRef(table, from),
          ...afterRef(table, to),
        ],
      }),
    sign: '~',
  },
}

const removed = (list: readonly Column[], name: string, table: string): Column[] =>
  without(list, (column) => column.name === name, `column ${path(table, name)}`)

function placed(list: readonly Column[], column: Column, after: string | null | undefined, table: string): Column[] {
  if (list.some(({ name }) => name === column.name)) {
    throw misfit(`the column ${path(table, column.name)} is there already`)
  }
  if (after === undefined) return [...list, column]
  if (after === null) return [column, ...list]
  const at = list.findIndex(({ name }) => name === after)
  if (at < 0) throw misfit(`there is no column ${path(table, after)} to come after`)
  return list.toSpliced(at + 1, 0, column)
}

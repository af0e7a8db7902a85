// Tables: create, drop, rename, alter.
import { constraintRef } from '../schema/identity.ts'
import { ref } from '../schema/names.ts'
import type { Table } from '../schema/schema.ts'
import { type Behaviours, touching } from './behaviour.ts'
import { editTable, insertTable, misfit, tableOf, without } from './edit.ts'
import { renameTable } from './rename.ts'

type TableKind = 'createTable' | 'dropTable' | 'renameTable' | 'alterTable'

/** The behaviours of operations on whole tables. */
export const tables: Behaviours<TableKind> = {
  createTable: {
    apply: (schema, { table }) => insertTable(schema, table),
    invert: ({ table }) => ({ kind: 'dropTable', table }),
    describe: ({ table }) => `create table ${table.name} (${parts(table)})`,
    touches: ({ table }) => touching({ creates: partRefs(table), uses: targets(table) }),
    sign: '+',
  },
  dropTable: {
    // What lives on a table goes with it.
    apply: (schema, { table }) => ({
      ...schema,
      tables: without(schema.tables, ({ name }) => name === table.name, `table ${table.name}`),
      objects: schema.objects.filter((object) => object.table !== table.name),
    }),
    invert: ({ table }) => ({ kind: 'createTable', table }),
    describe: ({ table }) => `drop table ${table.name} (${parts(table)})`,
    touches: ({ table }) => touching({ drops: partRefs(table), uses: targets(table) }),
    sign: '-',
  },
  renameTable: {
    apply(schema, { from, to }) {
      tableOf(schema, from)
      if (schema.tables.some(({ name }) => name === to)) throw misfit(`the table ${to} is there already`)
      return renameTable(schema, from, to)
    },
    invert: ({ from, to }) => ({ kind: 'renameTable', from: to, to: from }),
    describe: ({ from, to }) => `rename table ${from} to ${to}`,
    touches: ({ from, to }) => touching({ creates: [ref('table', to)], drops: [ref('table', from)] }),
    sign: '~',
  },
  alterTable: {
    apply: (schema, { table, to }) =>
      editTable(schema, table, ({ comment: _comment, extra: _extra, ...rest }) => ({
        ...rest,
        ...(to.comment !== undefined && { comment: to.comment }),
        ...(to.extra !== undefined && { extra: to.extra }),
      })),
    invert: ({ table, from, to }) => ({ kind: 'alterTable', table, from: to, to: from }),
    describe: ({ table, from, to }) =>
      `alter table ${table}: ${JSON.stringify(from.extra) === JSON.stringify(to.extra) ? 'comment' : 'attributes'}`,
    touches: ({ table }) => touching({ uses: [ref('table', table)] }),
    sign: '~',
  },
}

const plural = (count: number, word: string, words = `${word}s`): string => `${count} ${count === 1 ? word : words}`

const parts = ({ columns, constraints, indexes }: Table): string =>
  [
    plural(columns.length, 'column'),
    constraints.length > 0 && plural(constraints.length, 'constraint'),
    indexes.length > 0 && plural(indexes.length, 'index', 'indexes'),
  ]
    .filter(Boolean)
    .join(', ')

const partRefs = ({ name, columns, constraints, indexes }: Table): string[] => [
  ref('table', name),
  ...columns.map((column) => ref('column', name, column.name)),
  ...constraints.map((constraint) => constraintRef(name, constraint)),
  ...indexes.map((index) => ref('index', name, index.name)),
]

const targets = (table: Table): string[] => [
  ...new Set(
    table.constraints.flatMap(({ references }) =>
      references === undefined || references.table === table.name ? [] : [ref('table', references.table)],
    ),
  ),
]

// Indexes: create, drop, rename, alter.
import { byText } from '../schema/json.ts'
import { ref } from '../schema/names.ts'
import type { Index, Schema } from '../schema/schema.ts'
import { type Behaviours, touching } from './behaviour.ts'
import { editTable, insertSorted, misfit, without } from './edit.ts'
import { renamePart } from './rename.ts'
import { indexTitle, keyWords } from './words.ts'

type IndexKind = 'createIndex' | 'dropIndex' | 'renameIndex' | 'alterIndex'

/** The behaviours of operations on indexes. */
export const indexes: Behaviours<IndexKind> = {
  createIndex: {
    apply: (schema, { table, index }) => added(schema, table, index),
    invert: ({ table, index, concurrently }) => ({
      kind: 'dropIndex',
      table,
      index,
      ...(concurrently !== undefined && { concurrently }),
    }),
    describe: ({ table, index }) => `create ${indexTitle(index)} on ${table} (${keyWords(index)})`,
    touches: ({ table, index }) => touching({ creates: [ref('index', table, index.name)], uses: needs(table, index) }),
    sign: '+',
  },
  dropIndex: {
    apply: (schema, { table, index }) => dropped(schema, table, index),
    invert: ({ table, index, concurrently }) => ({
      kind: 'createIndex',
      table,
      index,
      ...(concurrently !== undefined && { concurrently }),
    }),
    describe: ({ table, index }) => `drop ${indexTitle(index)} of ${table} (${keyWords(index)})`,
    touches: ({ table, index }) => touching({ drops: [ref('index', table, index.name)], uses: needs(table, index) }),
    sign: '-',
  },
  renameIndex: {
    apply(schema, { table, from, to }) {
      editTable(schema, table, (each) => {
        without(each.indexes, ({ name }) => name === from, `index ${from} on ${table}`)
        if (each.indexes.some(({ name }) => name === to)) throw misfit(`${table} has an index ${to} already`)
        return each
      })
      return renamePart(schema, 'index', table, from, to)
    },
    invert: ({ table, from, to }) => ({ kind: 'renameIndex', table, from: to, to: from }),
    describe: ({ table, from, to }) => `rename index ${from} of ${table} to ${to}`,
    touches: ({ table, from, to }) =>
      touching({ creates: [ref('index', table, to)], drops: [ref('index', table, from)], uses: [ref('table', table)] }),
    sign: '~',
  },
  alterIndex: {
    apply: (schema, { table, from, to }) => added(dropped(schema, table, from), table, to),
    invert: ({ table, from, to }) => ({ kind: 'alterIndex', table, from: to, to: from }),
    describe: ({ table, to }) => `alter ${indexTitle(to)} of ${table} (${keyWords(to)})`,
    touches: ({ table, from, to }) =>
      touching({ uses: [ref('index', table, from.name), ...new Set([...needs(table, from), ...needs(table, to)])] }),
    sign: '~',
  },
}

function added(schema: Schema, table: string, index: Index): Schema {
  return editTable(schema, table, (each) => {
    if (each.indexes.some(({ name }) => name === index.name))
      throw misfit(`${table} has an index ${index.name} already`)
    for (const column of columnsOf(index)) {
      if (!each.columns.some(({ name }) => name === column)) throw misfit(`${table} has no column ${column}`)
    }
    return { ...each, indexes: insertSorted(each.indexes, index, (a, b) => byText(a.name, b.name)) }
  })
}

function dropped(schema: Schema, table: string, index: Index): Schema {
  return editTable(schema, table, (each) => ({
    ...each,
    indexes: without(each.indexes, ({ name }) => name === index.name, `index ${index.name} on ${table}`),
  }))
}

const columnsOf = ({ keys, include }: Index): string[] => [
  ...keys.flatMap(({ column }) => (column === undefined ? [] : [column])),
  ...(include ?? []),
]

const needs = (table: string, index: Index): string[] => [
  ref('table', table),
  ...columnsOf(index).map((column) => ref('column', table, column)),
]

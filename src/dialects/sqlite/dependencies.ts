// What cannot exist without what, as far as the texts tell. Only for ordering: a mention too many does no harm.
import { constraintRef } from '../../schema/identity.ts'
import { objectRef, qualify, ref } from '../../schema/names.ts'
import type { Dependency, SchemaObject, Table } from '../../schema/schema.ts'
import type { Entry } from './catalog.ts'
import { groupBy } from './collections.ts'
import { lex, nameOf, type Token } from './lexer.ts'
import { bare } from './quote.ts'
import { mentioned, type Relation, type Relations } from './relations.ts'

/** Foreign keys to their tables; indexes and generated columns to columns; views and triggers to what they mention. */
export function dependenciesOf(
  tables: readonly Table[],
  objects: readonly SchemaObject[],
  entries: readonly Entry[],
  relations: Relations,
): Dependency[] {
  const pairs = new Map<string, Dependency>()
  const add = (from: string, to: string) => {
    if (from !== to) pairs.set(`${from}\0${to}`, { from, to })
  }
  const names = new Set(tables.map(({ name }) => name))
  for (const table of tables) {
    for (const constraint of table.constraints) {
      const { type, references } = constraint
      if (
        type === 'foreign key' &&
        references !== undefined &&
        references.table !== table.name &&
        names.has(references.table)
      ) {
        add(constraintRef(table.name, constraint), ref('table', references.table))
      }
    }
    for (const index of table.indexes) {
      const expressions = [...index.keys.map(({ expression }) => expression), index.where]
      for (const column of columnsIn(expressions, table)) {
        add(ref('index', table.name, index.name), ref('column', table.name, column))
      }
    }
    for (const { name, generated } of table.columns) {
      for (const column of columnsIn([generated?.expression], table)) {
        add(ref('column', table.name, name), ref('column', table.name, column))
      }
    }
  }
  const texts = groupBy(entries, ({ type, name }) => `${type}\0${qualify(name)}`)
  for (const object of objects) {
    if (object.type === 'virtual table') continue
    const from = objectRef(object)
    const entry = texts.get(`${object.type}\0${object.name}`)?.[0]
    if (object.table !== undefined) {
      const owner = relations.get(bare(object.table).toLowerCase())
      if (owner !== undefined) add(from, owner.ref)
    }
    if (entry?.sql == null) continue
    const { tokens } = lex(entry.sql)
    for (const relation of mentioned(tokens, relations)) {
      if (relation.ref === from) continue
      add(from, relation.ref)
      for (const column of columnsOf(tokens, relation)) add(from, ref('column', qualify(relation.name), column))
    }
  }
  return [...pairs.keys()].sort().flatMap((key) => pairs.get(key) ?? [])
}

// Only columns of real tables are things by themselves.
function columnsOf(tokens: readonly Token[], relation: Relation): string[] {
  return relation.kind === 'table' ? namesIn(tokens, relation.columns) : []
}

function columnsIn(texts: readonly (string | undefined)[], table: Table): string[] {
  const columns = new Map(table.columns.map(({ name }) => [name.toLowerCase(), name]))
  return texts.flatMap((text) => (text === undefined ? [] : namesIn(lex(text).tokens, columns)))
}

function namesIn(tokens: readonly Token[], columns: ReadonlyMap<string, string>): string[] {
  const found = new Set<string>()
  for (const token of tokens) {
    if (token.kind !== 'word' && token.kind !== 'quoted') continue
    const column = columns.get(nameOf(token).toLowerCase())
    if (column !== undefined) found.add(column)
  }
  return [...found]
}

// From the catalog to the schema: pragmas for what they tell, the kept texts for the rest.
import type { Schema, SchemaObject, Table } from '../../schema/schema.ts'
import type { Connection } from '../dialect.ts'
import { type Catalog, type Entry, type Relation, readCatalog } from './catalog.ts'
import { byName, groupBy } from './collections.ts'
import { dependenciesOf } from './dependencies.ts'
import { readObject } from './inspect-object.ts'
import { readTable } from './inspect-table.ts'
import { relationsOf } from './relations.ts'

/** Our own bookkeeping, which no schema shows. */
const OWN = new Set(['godwit_history', 'godwit_journal', 'godwit_meta'])

/** Reads the main database. Errors: BUG when a text of the catalog cannot be understood. */
export async function inspect(connection: Connection): Promise<Schema> {
  return schemaOf(await readCatalog(connection))
}

/** The schema that a catalog describes. Pure. */
export function schemaOf(catalog: Catalog): Schema {
  const kinds = new Map(catalog.relations.map((relation) => [relation.name, relation]))
  const seen = (entry: Entry): boolean =>
    entry.sql !== null &&
    !isHidden(entry.name, kinds) &&
    !isHidden(entry.table, kinds) &&
    !entry.name.startsWith('sqlite_')
  const entries = catalog.entries.filter(seen)
  const columns = groupBy(catalog.columns, ({ table }) => table)
  const indexRows = groupBy(catalog.indexes, ({ table }) => table)
  const indexTexts = new Map(entries.filter(({ type }) => type === 'index').map(({ name, sql }) => [name, sql ?? '']))
  const relations = relationsOf(
    entries,
    kinds,
    columns,
    groupBy(catalog.viewColumns, ({ table }) => table),
  )

  const tables: Table[] = []
  const objects: SchemaObject[] = []
  for (const entry of entries) {
    const relation = kinds.get(entry.name)
    if (entry.type === 'index') continue
    if (entry.type === 'table' && relation?.type === 'table') {
      tables.push(
        readTable({
          sql: entry.sql ?? '',
          relation,
          columns: columns.get(entry.name) ?? [],
          indexes: indexRows.get(entry.name) ?? [],
          indexTexts,
          relations,
        }),
      )
    } else {
      objects.push(readObject(entry, relations))
    }
  }
  tables.sort(byName)
  objects.sort((a, b) => (a.type === b.type ? byName(a, b) : a.type < b.type ? -1 : 1))
  return { tables, objects, dependencies: dependenciesOf(tables, objects, entries, relations) }
}

function isHidden(name: string, kinds: ReadonlyMap<string, Relation>): boolean {
  return /^sqlite_/i.test(name) || OWN.has(name) || kinds.get(name)?.type === 'shadow'
}

// Publications: what is sent to subscribers.

import type { SchemaObject } from '../../../../schema/schema.ts'
import { identifier } from '../../quote.ts'
import type { PublicationExtra } from '../../shapes.ts'
import { bracketed } from '../brackets.ts'
import { type Draft, statement } from '../draft.ts'
import { QUIET } from '../facts.ts'
import { columnList, named } from '../names.ts'
import { assignments, withOptions } from '../options.ts'
import { objectExtra, same } from '../shape.ts'
import { bareRename, type Family, objectComment, plainDrop } from './family.ts'

const publicationExtra = (object: SchemaObject): PublicationExtra => objectExtra(object)
type PublishedTable = NonNullable<PublicationExtra['tables']>[number]

const tableText = ({ table, columns, where }: PublishedTable): string =>
  [
    `table only ${named(table)}`,
    ...(columns === undefined ? [] : [columnList(columns)]),
    ...(where === undefined ? [] : [`where ${bracketed(where)}`]),
  ].join(' ')

const schemaText = (schema: string): string => `tables in schema ${identifier(schema)}`

const members = ({ tables, schemas }: PublicationExtra): string[] => [
  ...(tables ?? []).map(tableText),
  ...(schemas ?? []).map(schemaText),
]

// What the server takes where nothing is said.
const DEFAULTS = new Map([
  ['publish', 'insert, update, delete, truncate'],
  ['publish_via_partition_root', 'false'],
  ['publish_generated_columns', 'none'],
])

/** Publications: members and options change in place; FOR ALL TABLES is another publication. */
export const publicationFamily: Family = {
  create(object) {
    const extra = publicationExtra(object)
    const list = members(extra)
    const what = extra.allTables ? ' for all tables' : list.length === 0 ? '' : ` for ${list.join(', ')}`
    return [
      statement(
        `create publication ${identifier(object.name)}${what}${withOptions(assignments(extra.options))}`,
        QUIET,
      ),
      ...objectComment(object, object.comment),
    ]
  },
  drop: plainDrop,
  alter(from, to) {
    const [before, after] = [publicationExtra(from), publicationExtra(to)]
    return [
      ...memberChanges(to, before, after),
      ...optionDrafts(to, before, after),
      ...objectComment(to, to.comment, from.comment),
    ]
  },
  rename: ({ from, to }) => bareRename('publication', from, to),
  inPlace: (from, to) => publicationExtra(from).allTables === publicationExtra(to).allTables,
}

function memberChanges(object: SchemaObject, before: PublicationExtra, after: PublicationExtra): Draft[] {
  const say = (sql: string): Draft => statement(`alter publication ${identifier(object.name)} ${sql}`, QUIET)
  const [old, next] = [new Map<string, PublishedTable>(), new Map<string, PublishedTable>()]
  for (const table of before.tables ?? []) old.set(table.table, table)
  for (const table of after.tables ?? []) next.set(table.table, table)
  const kept = (name: string): boolean => same(old.get(name), next.get(name))
  const gone = [
    ...[...old.values()].filter(({ table }) => !kept(table)).map(({ table }) => `table only ${named(table)}`),
    ...(before.schemas ?? []).filter((schema) => !after.schemas?.includes(schema)).map(schemaText),
  ]
  const added = [
    ...[...next.values()].filter(({ table }) => !kept(table)).map(tableText),
    ...(after.schemas ?? []).filter((schema) => !before.schemas?.includes(schema)).map(schemaText),
  ]
  return [
    ...(gone.length === 0 ? [] : [say(`drop ${gone.join(', ')}`)]),
    ...(added.length === 0 ? [] : [say(`add ${added.join(', ')}`)]),
  ]
}

function optionDrafts(object: SchemaObject, before: PublicationExtra, after: PublicationExtra): Draft[] {
  const [old, next] = [new Map(Object.entries(before.options ?? {})), new Map(Object.entries(after.options ?? {}))]
  const changes: { [name: string]: string } = {}
  for (const name of new Set([...old.keys(), ...next.keys()])) {
    const value = next.get(name) ?? DEFAULTS.get(name)
    if (value !== undefined && old.get(name) !== next.get(name)) changes[name] = value
  }
  if (Object.keys(changes).length === 0) return []
  return [statement(`alter publication ${identifier(object.name)} set (${assignments(changes).join(', ')})`, QUIET)]
}

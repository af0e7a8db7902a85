// What the database holds, as it was last read: reading a large one again for each of many operations that look first would
// be most of their time. A table that was made is no news for what is looked at in another one.
import type { Connection, Dialect } from '../dialects/dialect.ts'
import type { Ensure } from '../operations/operation.ts'
import type { Schema } from '../schema/schema.ts'

/** The schema and the subjects that have changed since; nothing is known where there is no schema. */
export interface Seen {
  schema?: Schema | undefined
  stale: Set<string>
}

/** Before anything was read. */
export const nothingSeen = (): Seen => ({ stale: new Set() })

/** What an operation is about: one table, or the objects. */
export const subjectOf = (ensure: Ensure): string =>
  ensure.kind === 'ensureObject'
    ? 'objects'
    : `table ${ensure.kind === 'ensureTable' ? ensure.table.name : ensure.table}`

/** Whether the database has to be read before this subject (absent: before anything at all) can be looked at. */
export const isNews = ({ schema, stale }: Seen, subject?: string): boolean =>
  schema === undefined || (subject === undefined ? stale.size > 0 : stale.has(subject))

/**
 * Notes that something was made. A new table is nobody's business but its own; anything else may reach further: a column
 * of a parent comes to its children.
 */
export function made(seen: Seen, ensure?: Ensure): void {
  if (ensure?.kind === 'ensureTable') seen.stale.add(subjectOf(ensure))
  else seen.schema = undefined
}

/** The schema as far as it is news; read where it has to be. */
export async function see(dialect: Dialect, connection: Connection, seen: Seen, subject?: string): Promise<Schema> {
  if (seen.schema !== undefined && !isNews(seen, subject)) return seen.schema
  const schema = await dialect.inspect(connection)
  seen.schema = schema
  seen.stale.clear()
  return schema
}

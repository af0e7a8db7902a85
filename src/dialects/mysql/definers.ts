// Who defined what is made anew: no revision says it, so the database is asked before the old one goes. Whoever migrates would
// be the definer otherwise, and what has SQL SECURITY DEFINER would run with other rights.
import type { Operation, OperationOf } from '../../operations/operation.ts'
import { objectRef, qualify } from '../../schema/names.ts'
import type { Connection } from '../dialect.ts'
import { text } from './session.ts'

const DEFINED: ReadonlySet<string> = new Set(['view', 'function', 'procedure', 'trigger', 'event'])

/** The refs of all objects with a definer that these operations replace, or drop and make again. */
export function redefined(operations: readonly Operation[]): Set<string> {
  const gone = new Set<string>()
  const found = new Set<string>()
  for (const operation of operations) {
    if (operation.kind === 'alterObject' && DEFINED.has(operation.to.type)) found.add(objectRef(operation.to))
    if (operation.kind === 'renameObject' && DEFINED.has(operation.type)) found.add(renamedRef(operation))
    if (operation.kind === 'dropObject' && DEFINED.has(operation.object.type)) gone.add(objectRef(operation.object))
    if (operation.kind === 'createObject' && gone.has(objectRef(operation.object)))
      found.add(objectRef(operation.object))
  }
  return found
}

/** The ref of what is renamed, before. */
export const renamedRef = ({ type, from, table }: OperationOf<'renameObject'>): string =>
  objectRef({ type, name: from, ...(table !== undefined && { table }) })

const QUERY = `
  select 'view' as type, table_name as name, null as tab, definer from information_schema.views where table_schema = database()
  union all select lower(routine_type), routine_name, null, definer from information_schema.routines where routine_schema = database()
  union all select 'trigger', trigger_name, event_object_table, definer from information_schema.triggers where trigger_schema = database()
  union all select 'event', event_name, null, definer from information_schema.events where event_schema = database()`

/** Their definers, ready to be written; those who run this themselves are left out. Undefined: there is nothing to ask. */
export async function live(
  connection: Connection,
  operations: readonly Operation[],
): Promise<Readonly<Record<string, string>> | undefined> {
  const wanted = redefined(operations)
  if (wanted.size === 0) return undefined
  const rows = await connection.query(`select d.*, current_user() as own from (${QUERY}) d`)
  const definers: Record<string, string> = {}
  for (const row of rows) {
    const [type = '', name = '', tab, definer = ''] = ['type', 'name', 'tab', 'definer'].map((each) => text(row, each))
    const key = objectRef(tab === undefined ? { type, name: qualify(name) } : { type, name, table: qualify(tab) })
    if (wanted.has(key) && definer !== '' && definer !== text(row, 'own')) definers[key] = account(definer)
  }
  return definers
}

// `user@host`: a name may hold the sign, a host does not. A role has no host.
function account(definer: string): string {
  const at = definer.lastIndexOf('@')
  const quote = (part: string): string => `\`${part.replaceAll('`', '``')}\``
  return at < 0 ? quote(definer) : `${quote(definer.slice(0, at))}@${quote(definer.slice(at + 1))}`
}

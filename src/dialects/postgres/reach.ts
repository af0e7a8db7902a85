// How far a statement reaches: told for the plain forms that models are printed in, and for nothing else.
import { qualify } from '../../schema/names.ts'
import type { Reach } from '../dialect.ts'

const NAME = '(?:"(\\w+)"|([a-z_]\\w*))'
const PATH = `(?:${NAME}\\.)?${NAME}`
const TABLE = new RegExp(`^create table ${PATH} \\(`)
const FOREIGN_KEY = new RegExp(`^alter table ${PATH} add constraint ${NAME} foreign key \\(`)
const ROW_SECURITY = new RegExp(`^alter table ${PATH} enable row level security$`)
const INDEX = new RegExp(`^create (unique )?index ${NAME} on ${PATH} using `)
const APART = /^create (?:type .* as enum \(|schema if not exists |sequence )/
const READS = /^create (?:(?:materialized )?view|policy) /
// Tables made from others.
const BORROWS = /\b(?:like|inherits|partition|of)\b/i

/** See `Dialect.reach`. */
export function reach(sql: string): Reach | undefined {
  const table = TABLE.exec(sql)
  if (table !== null) return BORROWS.test(sql) ? undefined : of(table, 1, 'create')
  const key = FOREIGN_KEY.exec(sql)
  if (key !== null) return of(key, 1, 'reference')
  const index = INDEX.exec(sql)
  if (index !== null) return of(index, 4, index[1] === undefined ? 'other' : 'key')
  const security = ROW_SECURITY.exec(sql)
  if (security !== null) return of(security, 1, 'other')
  if (APART.test(sql)) return { part: 'apart' }
  return READS.test(sql) ? { part: 'reads' } : undefined
}

// Four groups from `at`: the namespace and the name, each quoted or bare.
function of(match: RegExpExecArray, at: number, part: 'create' | 'reference' | 'key' | 'other'): Reach {
  const namespace = match[at] ?? match[at + 1]
  const name = match[at + 2] ?? match[at + 3] ?? ''
  return { part, table: qualify(name, namespace === 'public' ? undefined : namespace), name }
}

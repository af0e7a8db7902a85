// What an account needs to migrate, and what its grants say it has.
import { qualify } from '../../schema/names.ts'
import type { Connection, Privilege } from '../dialect.ts'
import { literal } from './quote.ts'
import { type Row, text } from './session.ts'

const NEEDED = ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'CREATE', 'ALTER', 'DROP', 'INDEX', 'REFERENCES'] as const
const SOMETIMES = ['CREATE VIEW', 'TRIGGER', 'CREATE ROUTINE', 'EVENT'] as const
const GRANT = /^GRANT (.+) ON (\*|`(?:[^`]|``)+`)\.\* TO /

interface Grant {
  rights: string[]
  /** A pattern, as the server writes it; `*` is every database. */
  database: string
}

/** Asked of SHOW GRANTS. What comes from a role that it does not show stays open. */
export async function privileges(connection: Connection): Promise<Privilege[]> {
  const rows = await connection.query<Row>('show grants')
  const lines = rows.map((row) => String(Object.values(row)[0] ?? ''))
  const grants = lines.flatMap(grantOf)
  const roles = lines.some((line) => !/^GRANT .+ ON /.test(line) && /^GRANT /.test(line))
  const { database } = connection.location
  const has = (right: string, where: string): boolean | undefined =>
    grants.some(({ rights, database: pattern }) => covers(pattern, where) && granted(rights, right)) ||
    (roles ? undefined : false)
  const account = await accountOf(connection)
  // One line for those that are there, one for those that are not.
  const on = (rights: readonly string[], needed: Privilege['needed']): Privilege[] =>
    [true, false, undefined].flatMap((state) => {
      const list = rights.filter((right) => has(right, database) === state).join(', ')
      const fix = `GRANT ${list} ON \`${database}\`.* TO ${account};`
      return list === '' ? [] : [{ allows: `${list} in \`${database}\``, granted: state, needed, fix }]
    })
  const scratch = 'godwit_shadow_x'
  const shadow = [has('CREATE', scratch), has('DROP', scratch)]
  const [server] = await connection.query<Row>('select @@global.read_only as off')
  return [
    {
      allows: 'write at all (the server is not read-only)',
      granted: Number(server?.off) === 0,
      needed: 'always',
      fix: 'Use the URL of the primary.',
    },
    ...on(NEEDED, 'always'),
    ...on(SOMETIMES, 'sometimes'),
    {
      allows: 'create scratch databases for the shadow (godwit_shadow_…)',
      granted: shadow.includes(false) ? false : shadow.includes(undefined) ? undefined : true,
      needed: 'shadow',
      fix: `GRANT ALL ON \`godwit\\_shadow\\_%\`.* TO ${account}; or set \`shadow\` to another server.`,
    },
  ]
}

async function accountOf(connection: Connection): Promise<string> {
  const [row] = await connection.query<Row>('select current_user() as account')
  const account = text(row, 'account') ?? ''
  const at = account.lastIndexOf('@')
  return `${literal(account.slice(0, at))}@${literal(account.slice(at + 1))}`
}

function grantOf(line: string): Grant[] {
  const found = GRANT.exec(line)
  if (found === null) return []
  // Column lists in parentheses belong to a right on single columns, which helps nobody here.
  const rights = (found[1] ?? '').replace(/\([^)]*\)/g, '()').split(',')
  const database = (found[2] ?? '').replace(/^`|`$/g, '').replaceAll('``', '`')
  return [{ rights: rights.map((right) => right.trim().toUpperCase()), database }]
}

const granted = (rights: readonly string[], right: string): boolean =>
  rights.includes('ALL PRIVILEGES') || rights.includes('ALL') || rights.includes(right)

/** `_` and `%` stand for characters, a backslash takes that away: as in the server's own grant tables. */
export function covers(pattern: string, database: string): boolean {
  if (pattern === '*') return true
  const source = [...pattern.matchAll(/\\?[\s\S]/g)].map(([part]) =>
    part === '%' ? '.*' : part === '_' ? '.' : part.slice(-1).replace(/[.*+?^${}()|[\]\\]/g, '\\$&'),
  )
  return new RegExp(`^${source.join('')}$`, 's').test(database)
}

/** Rows as the engine's statistics have them. */
export async function rowEstimates(connection: Connection): Promise<Map<string, number>> {
  const rows = await connection.query<Row>(
    "select table_name as name, table_rows as amount from information_schema.tables where table_schema = database() and table_type = 'BASE TABLE'",
  )
  return new Map(rows.map((row) => [qualify(text(row, 'name') ?? ''), Number(row.amount ?? 0)]))
}

// Fetches all catalogue queries in one message: flat rows from a server, aggregated JSON from the embedded engine.
import type { InspectOptions } from '../../dialect.ts'
import { literal } from '../quote.ts'
import type { Session } from '../session.ts'

/** What a query may depend on. */
export interface Scope {
  /** server_version_num: columns that came later are left out. */
  version: number
  grants: boolean
  /** SQL: this column of namespace oids holds one that we look at. */
  inScope(column: string): string
  /** SQL: the object of this catalogue is no member of an extension. */
  notOwned(catalog: string, column: string): string
}

/** A query, and by its type parameter the rows it gives: oids are text, an absent value is null. */
export interface Query<Row> {
  sql(scope: Scope): string
  /** Never there: it only carries the type. */
  row?: Row
}

/** Declares a query. Null: nothing to ask in this scope. */
export const query = <Row>(sql: (scope: Scope) => string): Query<Row> => ({ sql })

/** Rows by the name of their query. */
export type Rows<Queries> = { [Name in keyof Queries]: Queries[Name] extends Query<infer Row> ? Row[] : never }

/** OIDs of the system catalogues themselves: fixed since they exist. */
export const CLASS = {
  relation: '1259',
  type: '1247',
  routine: '1255',
  constraint: '2606',
  default: '2604',
  rewrite: '2618',
  trigger: '2620',
  policy: '3256',
  namespace: '2615',
  extension: '3079',
  operator: '2617',
  operatorClass: '2616',
  operatorFamily: '2753',
  familyOperator: '2602',
  familyFunction: '2603',
  collation: '3456',
  conversion: '2607',
  language: '2612',
  cast: '2605',
  searchConfiguration: '3602',
  searchDictionary: '3600',
  searchParser: '3601',
  searchTemplate: '3764',
  wrapper: '2328',
  server: '1417',
  userMapping: '1418',
  eventTrigger: '3466',
  statistics: '3381',
  publication: '6104',
  publicationTable: '6106',
  publicationNamespace: '6237',
  accessMethod: '2601',
} as const

// Whatever the session has set, names are printed in full and values in one style. Compiling the queries would cost more
// than it saves.
const PINNED = [
  ['search_path', ''],
  ['timezone', 'UTC'],
  ['datestyle', 'ISO'],
  ['intervalstyle', 'postgres'],
  ['quote_all_identifiers', 'off'],
  ['extra_float_digits', '1'],
  ['bytea_output', 'hex'],
  ['jit', 'off'],
] as const

/** Asks everything at once. On a server and outside of a transaction, in one of its own that sees one moment. */
export async function fetchCatalog<Queries extends Record<string, Query<unknown>>>(
  session: Session,
  queries: Queries,
  options: InspectOptions,
): Promise<Rows<Queries>> {
  const scope = scopeOf(session.versionNumber, options)
  const names = Object.keys(queries)
  const texts = names.map((name) => queries[name]?.sql(scope) ?? '')
  const json = session.kind === 'embedded'
  const asked = json ? texts.map((text) => `select coalesce(json_agg(x), '[]') as rows from (${text}) x`) : texts
  const results = await session.many([...opening(session), ...asked, ...closing(session)].join(';\n'))
  const first = opening(session).length
  const rows = names.map((name, index) => {
    const given = results[first + index] ?? []
    return [name, json ? given[0]?.rows : given]
  })
  // The one place where text of ours (the queries) and a type of ours (their rows) are taken to agree.
  return Object.fromEntries(rows) as Rows<Queries>
}

const isAlone = (session: Session): boolean => session.kind === 'server' && !session.inTransaction()

// Within somebody else's transaction, settings last until its end: the search path is put back afterwards. Outside of
// one, the embedded engine runs the message as one transaction.
function opening(session: Session): string[] {
  const set = PINNED.map(([name, value]) => `pg_catalog.set_config('${name}', '${value}', true)`).join(', ')
  return isAlone(session)
    ? ['begin isolation level repeatable read read only', `select ${set}`]
    : [`select pg_catalog.set_config('godwit.search_path', pg_catalog.current_setting('search_path'), true), ${set}`]
}

const closing = (session: Session): string[] =>
  isAlone(session)
    ? ['commit']
    : [`select pg_catalog.set_config('search_path', pg_catalog.current_setting('godwit.search_path'), true)`]

function scopeOf(version: number, options: InspectOptions): Scope {
  const only =
    options.namespaces === undefined
      ? ''
      : ` and nspname in (${['', ...options.namespaces].map((name) => literal(name)).join(', ')})`
  // The session's own temporary tables are looked at where they are named, and only there.
  const system = options.namespaces?.some((name) => name.startsWith('pg_temp_')) ? '^pg_(?!temp_)' : '^pg_'
  const namespaces = `select oid from pg_namespace where nspname !~ '${system}' and nspname <> 'information_schema'${only}`
  return {
    version,
    grants: options.grants === true,
    inScope: (column) => `${column} in (${namespaces})`,
    notOwned: (catalog, column) =>
      `not exists (select from pg_depend mem where mem.classid = ${catalog} and mem.objid = ${column} and mem.deptype = 'e')`,
  }
}

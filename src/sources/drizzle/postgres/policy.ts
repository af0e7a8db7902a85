// Row level security of Drizzle models on PostgreSQL: roles, policies, the switch on the table.
import { quoteText } from '../literal.ts'
import type { PostgresCore } from '../orm.ts'
import type { PostgresContext } from './context.ts'
import { notExported, type PostgresTable, tableName } from './table.ts'

type Policy = InstanceType<PostgresCore['PgPolicy']>

// Words of TO that are no role names.
const KEYWORDS = new Set(['public', 'current_user', 'current_role', 'session_user'])

interface Linked {
  policy: Policy
  table: PostgresTable
}

function linked(context: PostgresContext, tables: readonly PostgresTable[], policies: readonly Policy[]): Linked[] {
  const inline = tables.flatMap((table) => table.config.policies.map((policy) => ({ policy, table })))
  const apart = policies.flatMap((policy) => {
    // A policy without a table is how models keep one for later; drizzle-kit passes over it as well.
    if (!('_linkedTable' in policy) || !context.orm.core.is(policy._linkedTable, context.pg.PgTable)) return []
    const name = tableName(context, context.pg.getTableConfig(policy._linkedTable))
    const table = tables.find(({ config }) => tableName(context, config) === name)
    if (table === undefined) throw notExported(`The policy "${policy.name}"`, name)
    return [{ policy, table }]
  })
  return [...inline, ...apart]
}

function rolesOf(context: PostgresContext, policy: Policy): string[] {
  const to = policy.to === undefined ? ['public'] : Array.isArray(policy.to) ? policy.to : [policy.to]
  return to.map((role) => (context.orm.core.is(role, context.pg.PgRole) ? role.name : String(role))).sort()
}

/**
 * The roles the policies need and the models declare. Roles belong to the server and not to the database: each is made
 * only where it is missing, and no migration ever drops one.
 */
export function roleStatements(
  context: PostgresContext,
  exports: readonly unknown[],
  tables: readonly PostgresTable[],
  policies: readonly Policy[],
): string[] {
  const roles = new Map<string, string>()
  for (const { policy } of linked(context, tables, policies)) {
    for (const name of rolesOf(context, policy)) if (!KEYWORDS.has(name)) roles.set(name, '')
  }
  for (const role of exports) {
    if (!context.orm.core.is(role, context.pg.PgRole) || ('_existing' in role && role._existing === true)) continue
    const flags = [
      option(role, 'createDb', 'createdb'),
      option(role, 'createRole', 'createrole'),
      'inherit' in role && role.inherit === false ? ' noinherit' : '',
    ]
    roles.set(role.name, flags.join(''))
  }
  return [...roles].map(([name, options]) => {
    const create = quoteText(`create role ${context.speller.quote(name)}${options}`)
    return `do $godwit$ begin if not exists (select from pg_catalog.pg_roles where rolname = ${quoteText(name)}) then execute ${create}; end if; end $godwit$`
  })
}

const option = (role: object, key: string, words: string): string =>
  Reflect.get(role, key) === true ? ` ${words}` : ''

/** ENABLE ROW LEVEL SECURITY where the model asks for it or has a policy. */
export function rowSecurity(
  context: PostgresContext,
  tables: readonly PostgresTable[],
  policies: readonly Policy[],
): string[] {
  const withPolicy = new Set(linked(context, tables, policies).map(({ table }) => table))
  return tables
    .filter((table) => table.config.enableRLS || withPolicy.has(table))
    .map(({ config }) => `alter table ${tableName(context, config)} enable row level security`)
}

/** CREATE POLICY for each, those of the tables first. */
export function policyStatements(
  context: PostgresContext,
  tables: readonly PostgresTable[],
  policies: readonly Policy[],
): string[] {
  const { speller } = context
  return linked(context, tables, policies).map(({ policy, table }) => {
    const roles = rolesOf(context, policy).map((role) => (KEYWORDS.has(role) ? role : speller.quote(role)))
    const using = policy.using === undefined ? '' : ` using (${speller.expression(policy.using)})`
    const check = policy.withCheck === undefined ? '' : ` with check (${speller.expression(policy.withCheck)})`
    return (
      `create policy ${speller.quote(policy.name)} on ${tableName(context, table.config)} as ${policy.as ?? 'permissive'} ` +
      `for ${policy.for ?? 'all'} to ${roles.join(', ')}${using}${check}`
    )
  })
}

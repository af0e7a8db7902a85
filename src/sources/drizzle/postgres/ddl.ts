// Prints Drizzle models as PostgreSQL DDL, in an order that can be executed.
import { GodwitError } from '../../../errors.ts'
import { quoteText } from '../literal.ts'
import { postgresNames } from '../names.ts'
import { type Orm, postgresCore } from '../orm.ts'
import { type Casing, speller } from '../speller.ts'
import { type PostgresContext, sequenceOptions } from './context.ts'
import { policyStatements, roleStatements, rowSecurity } from './policy.ts'
import { createTable, foreignKeys, indexes, type PostgresTable, tableName } from './table.ts'
import { postgresLiteral, unwrap } from './value.ts'
import { viewStatements } from './view.ts'

/** One statement each: schemas, extensions, enums, sequences, roles, tables, indexes, foreign keys, views, policies. Errors: SOURCE_FAILED. */
export async function postgresDdl(
  exports: readonly unknown[],
  orm: Orm,
  casing: Casing | undefined,
): Promise<string[]> {
  const pg = await postgresCore(orm)
  const names = speller(orm, casing, postgresLiteral)
  const context: PostgresContext = {
    orm,
    pg,
    speller: names,
    names: postgresNames(orm, names),
    qualified: (name, schema) =>
      schema === undefined || schema === 'public' ? names.quote(name) : `${names.quote(schema)}.${names.quote(name)}`,
  }
  const { is } = orm.core
  const tables: PostgresTable[] = exports
    .filter((value) => is(value, pg.PgTable))
    .map((table) => ({ table, config: pg.getTableConfig(table) }))
  refuseTwins(tables.map(({ config }) => tableName(context, config)))
  const enums = exports.filter((value) => pg.isPgEnum(value))
  const sequences = exports.filter((value) => pg.isPgSequence(value))
  const views = viewStatements(context, exports)
  const policies = exports.filter((value) => is(value, pg.PgPolicy))
  const schemas = new Set([
    ...exports.filter((value) => pg.isPgSchema(value)).map(({ schemaName }) => schemaName),
    ...[...tables.map(({ config }) => config), ...enums, ...sequences, ...views].map(({ schema }) => schema),
  ])
  schemas.delete(undefined)
  schemas.delete('public')
  return [
    ...[...schemas].map((schema) => `create schema if not exists ${names.quote(schema ?? '')}`),
    ...extensions(context, tables),
    ...enums.map(
      ({ enumName, schema, enumValues }) =>
        `create type ${context.qualified(enumName, schema)} as enum (${enumValues.map(quoteText).join(', ')})`,
    ),
    ...sequences.map(
      ({ seqName, schema, seqOptions }) =>
        `create sequence ${context.qualified(seqName ?? '', schema)}${sequenceOptions(seqOptions)}`,
    ),
    ...roleStatements(context, exports, tables, policies),
    ...tables.map((table) => createTable(context, table)),
    // A foreign key may need a unique index.
    ...tables.flatMap((table) => indexes(context, table)),
    ...tables.flatMap((table) => foreignKeys(context, table, tables)),
    ...views.map(({ statement }) => statement),
    ...rowSecurity(context, tables, policies),
    ...policyStatements(context, tables, policies),
  ]
}

/** Extensions without which Drizzle's own columns have no type. Whoever has them already loses nothing. */
function extensions({ orm, pg, speller }: PostgresContext, tables: readonly PostgresTable[]): string[] {
  const { is } = orm.core
  const columns = tables.flatMap(({ config }) => config.columns.map((column) => unwrap(pg, orm, column).base))
  const isVector = (column: (typeof columns)[number]): boolean =>
    is(column, pg.PgVector) || is(column, pg.PgHalfVector) || is(column, pg.PgSparseVector)
  const isGeometry = (column: (typeof columns)[number]): boolean =>
    is(column, pg.PgGeometry) || is(column, pg.PgGeometryObject)
  const needed = [...(columns.some(isVector) ? ['vector'] : []), ...(columns.some(isGeometry) ? ['postgis'] : [])]
  return needed.map((name) => `create extension if not exists ${speller.quote(name)}`)
}

// Two tables of one name would silently become one: the second CREATE fails far from its cause.
function refuseTwins(names: readonly string[]): void {
  const twin = names.find((name, at) => names.indexOf(name) !== at)
  if (twin === undefined) return
  throw new GodwitError('SOURCE_FAILED', `Two different tables of the models are called ${twin}.`, {
    fix: 'Give one of them another name, or leave one of their files out of the configuration.',
  })
}

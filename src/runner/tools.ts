// Tables that other tools keep their books in, told by name and columns: nobody's models have them, and nobody wants them
// dropped. The name alone would be a guess: a table called `migrations` may be the application's.
import { unqualify } from '../schema/names.ts'
import type { Table } from '../schema/schema.ts'

/** One layout of a table. */
interface Layout {
  name: string
  /** All of these are there, and nothing beyond these and `more`. In lower case, as the name. */
  columns: readonly string[]
  more: readonly string[]
}

const layout = (name: string, columns: string, more = ''): Layout => ({
  name,
  columns: columns.split(' '),
  more: more.split(' ').filter(Boolean),
})

const FLYWAY =
  'version description type script checksum installed_by installed_on execution_time success installed_rank'
const CHANGELOG = 'id author filename dateexecuted orderexecuted exectype md5sum description comments tag liquibase'

const LAYOUTS: readonly Layout[] = [
  // Drizzle
  layout('__drizzle_migrations', 'id hash created_at', 'name applied_at'),
  // Prisma
  layout(
    '_prisma_migrations',
    'id checksum finished_at migration_name logs rolled_back_at started_at applied_steps_count',
  ),
  // TypeORM
  layout('migrations', 'id timestamp name'),
  layout('typeorm_metadata', 'type database schema table name value'),
  // Knex, AdonisJS
  layout('knex_migrations', 'id name batch migration_time'),
  layout('knex_migrations_lock', 'index is_locked'),
  layout('adonis_schema', 'id name batch migration_time'),
  layout('adonis_schema_versions', 'version'),
  // Sequelize, Umzug
  layout('sequelizemeta', 'name', 'createdat updatedat'),
  layout('sequelizedata', 'name', 'createdat updatedat'),
  // MikroORM
  layout('mikro_orm_migrations', 'id name executed_at'),
  // Kysely
  layout('kysely_migration', 'name timestamp'),
  layout('kysely_migration_lock', 'id is_locked'),
  // node-pg-migrate, db-migrate, graphile-migrate
  layout('pgmigrations', 'id name run_on'),
  layout('migrations', 'id name run_on'),
  layout('migrations', 'id name hash executed_at'),
  layout('migrations', 'hash previous_hash filename date'),
  // Payload, Strapi, D1
  layout('payload_migrations', 'id name batch updated_at created_at'),
  layout('strapi_migrations', 'id name time'),
  layout('strapi_migrations_internal', 'id name time'),
  layout('strapi_database_schema', 'id schema time hash'),
  layout('d1_migrations', 'id name applied_at'),
  // Supabase
  layout('schema_migrations', 'version statements name', 'created_by idempotency_key rollback'),
  // dbmate, Rails; golang-migrate; Ecto
  layout('schema_migrations', 'version'),
  layout('schema_migrations', 'version dirty'),
  layout('schema_migrations', 'version inserted_at'),
  layout('ar_internal_metadata', 'key value created_at updated_at'),
  // goose, Atlas, tern
  layout('goose_db_version', 'id version_id is_applied tstamp'),
  layout(
    'atlas_schema_revisions',
    'version description type applied total executed_at execution_time error hash partial_hashes operator_version',
    'error_stmt',
  ),
  layout('schema_version', 'version'),
  // Flyway
  layout('flyway_schema_history', FLYWAY),
  layout('schema_version', FLYWAY, 'version_rank'),
  // Liquibase
  layout('databasechangelog', CHANGELOG, 'contexts labels deployment_id'),
  layout('databasechangeloglock', 'id locked lockgranted lockedby'),
  // Alembic, Django, Aerich, yoyo
  layout('alembic_version', 'version_num'),
  layout('django_migrations', 'id app name applied'),
  layout('aerich', 'id version app content'),
  layout('_yoyo_migration', 'migration_hash migration_id applied_at_utc'),
  layout('_yoyo_log', 'id migration_hash migration_id operation username hostname comment created_at_utc'),
  layout('_yoyo_version', 'version installed_at_utc'),
  layout('yoyo_lock', 'locked ctime pid'),
  // Laravel, Phinx, Doctrine
  layout('migrations', 'id migration batch'),
  layout('phinxlog', 'version migration_name start_time end_time breakpoint'),
  layout('doctrine_migration_versions', 'version executed_at execution_time'),
  layout('migration_versions', 'version executed_at'),
  // Entity Framework
  layout('__efmigrationshistory', 'migrationid productversion'),
  // Diesel, SQLx, Refinery, SeaORM
  layout('__diesel_schema_migrations', 'version run_on'),
  layout('_sqlx_migrations', 'version description installed_on success checksum execution_time'),
  layout('refinery_schema_history', 'version name applied_on checksum'),
  layout('seaql_migrations', 'version applied_at'),
]

const NAMES = new Map<string, Layout[]>()
for (const each of LAYOUTS) NAMES.set(each.name, [...(NAMES.get(each.name) ?? []), each])

/** Whether a table is another tool's book of what it has applied. */
export function isToolTable({ name, columns }: Table): boolean {
  const layouts = NAMES.get(unqualify(name).name.toLowerCase())
  if (layouts === undefined) return false
  const found = new Set(columns.map((column) => column.name.toLowerCase()))
  return layouts.some(
    (each) =>
      each.columns.every((column) => found.has(column)) &&
      [...found].every((column) => each.columns.includes(column) || each.more.includes(column)),
  )
}

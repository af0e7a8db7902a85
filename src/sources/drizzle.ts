// Drizzle ORM as the models, 0.45 and the 1.0 line: reads the metadata its tables carry and prints DDL.
import { GodwitError } from '../errors.ts'
import type { Orm } from './drizzle/orm.ts'
import type { Casing } from './drizzle/speller.ts'
import type { Source, SourceTarget, Vocabulary } from './source.ts'

/** What cannot be read from the models themselves. */
export interface DrizzleOptions {
  /** The `casing` that the application gives to `drizzle()`; in the 1.0 line the tables know it themselves. */
  casing?: Casing
  /** Object types that this project makes by hand although Drizzle knows them, such as `policy` or `view`: left alone. */
  handmade?: readonly string[]
}

type Printer = (exports: readonly unknown[], orm: Orm, casing: Casing | undefined) => Promise<string[]>

// One file a database. To add one: its printer, and a line here.
const printers = new Map<string, () => Promise<Printer>>([
  ['postgres', async () => (await import('./drizzle/postgres/ddl.ts')).postgresDdl],
  ['sqlite', async () => (await import('./drizzle/sqlite/ddl.ts')).sqliteDdl],
  ['mysql', async () => (await import('./drizzle/mysql/ddl.ts')).mysqlDdl],
])

/** Drizzle knows no triggers, functions, extensions, domains, comments or collations. */
const vocabulary: Vocabulary = {
  objects: ['schema', 'enum', 'sequence', 'view', 'materialized view', 'policy'],
  constraints: ['primary key', 'unique', 'foreign key', 'check'],
  comments: false,
  collations: false,
  extra: {
    table: ['rowSecurity'],
    column: ['onUpdate'],
    constraint: ['nullsNotDistinct'],
    index: ['nullsNotDistinct', 'options', 'using'],
  },
}

const without = (handmade: readonly string[]): Vocabulary => ({
  ...vocabulary,
  objects: vocabulary.objects.filter((type) => !handmade.includes(type)),
  // Policies and the switch that makes them count go together.
  extra: { ...vocabulary.extra, table: handmade.includes('policy') ? [] : vocabulary.extra.table },
})

/** `paths`: files, folders or globs that export tables, enums, sequences, views, schemas, policies and roles. */
export function drizzle(paths: string | readonly string[], options: DrizzleOptions = {}): Source {
  const list = typeof paths === 'string' ? [paths] : [...paths]
  return {
    name: 'drizzle',
    paths: list,
    vocabulary: without(options.handmade ?? []),
    ddl: (target) => statements(list, options, target),
  }
}

async function statements(paths: readonly string[], options: DrizzleOptions, target: SourceTarget): Promise<string[]> {
  const load = printers.get(target.dialect)
  if (load === undefined) {
    throw new GodwitError('SOURCE_FAILED', `Drizzle models cannot be printed for ${target.dialect}.`, {
      fix: `Databases with a printer: ${[...printers.keys()].join(', ')}.`,
    })
  }
  // A configuration names its models on every run; most runs do not read them.
  const { loadExports, MODEL_EXTENSIONS } = await import('./drizzle/load.ts')
  const { findFiles } = await import('./files.ts')
  const { loadOrm } = await import('./drizzle/orm.ts')
  const files = await findFiles(paths, target.directory, MODEL_EXTENSIONS)
  const [first] = files
  if (first === undefined)
    throw new GodwitError('SOURCE_MISSING', 'The configuration names no model file.', {
      fix: "Name at least one in godwit.config.ts: `source: drizzle('./src/schema.ts')`.",
    })
  const exports = await loadExports(files)
  const orm = await loadOrm(first)
  refuseOtherDatabases(exports, orm, target.dialect)
  return (await load())(exports, orm, options.casing)
}

const TABLES = new Map([
  ['PgTable', 'postgres'],
  ['SQLiteTable', 'sqlite'],
  ['MySqlTable', 'mysql'],
])

// Tables of another database would be passed over, and the migration would drop everything.
function refuseOtherDatabases(exports: readonly unknown[], orm: Orm, dialect: string): void {
  const kinds = exports
    .filter((value) => orm.core.is(value, orm.core.Table))
    .map((table) => TABLES.get(entityKind(table)))
  const other = kinds.find((kind) => kind !== dialect)
  if (kinds.length === 0 || kinds.includes(dialect)) return
  throw new GodwitError(
    'SOURCE_FAILED',
    `The models are made for ${other ?? 'another database'}, the database is ${dialect}.`,
    {
      why: "Every table comes from another database's part of drizzle-orm.",
      fix: 'Correct the URL of the database or the import in the models.',
    },
  )
}

function entityKind(value: object): string {
  return String(Reflect.get(value.constructor, Symbol.for('drizzle:entityKind')))
}

// Empty databases that a case can run on, on every engine that is there, and operations carried out on one as the runner does.
import type { Connection, Dialect } from '../../src/dialects/dialect.ts'
import type { Operation } from '../../src/operations/operation.ts'
import type { Statement } from '../../src/operations/statement.ts'
import { mysqlAnswers, postgresAnswers, scratchMysql, scratchPostgres } from './databases.ts'

/** Where a case runs: an empty database of its own, thrown away afterwards. */
export interface Target {
  name: string
  dialect: string
  /** False: the golden SQL is written and compared elsewhere. */
  golden: boolean
  answers(): Promise<boolean>
  open(dialect: Dialect, work: (connection: Connection) => Promise<void>): Promise<void>
}

// Starting the embedded engine takes seconds and making a database on a server half of one, emptying it milliseconds.
const EMPTY = `
do $$ declare one record; begin
  for one in select evtname as name from pg_event_trigger loop execute format('drop event trigger %I', one.name); end loop;
  for one in select pubname as name from pg_publication loop execute format('drop publication %I', one.name); end loop;
  for one in select extname as name from pg_extension where extname <> 'plpgsql' loop
    execute format('drop extension %I cascade', one.name);
  end loop;
  for one in select fdwname as name from pg_foreign_data_wrapper loop
    execute format('drop foreign data wrapper %I cascade', one.name);
  end loop;
  for one in select nspname as name from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema' loop
    execute format('drop schema %I cascade', one.name);
  end loop;
end $$;
create schema public;
grant usage on schema public to public;
comment on schema public is 'standard public schema'`

// Whatever is not the server's own, in the catalogs that hold what a script can make.
const LEFT = `select 1 as one from pg_default_acl union all select 1 from pg_largeobject_metadata
${[
  'class',
  'proc',
  'type',
  'cast',
  'language',
  'am',
  'collation',
  'conversion',
  'operator',
  'opclass',
  'ts_config',
  'subscription',
]
  .map((catalog) => `  union all select 1 from pg_${catalog} where oid >= 16384`)
  .join('\n')}
  union all select 1 from pg_db_role_setting s join pg_database d on d.oid = s.setdatabase
    where d.datname = current_database() and (s.setrole <> 0 or array_length(s.setconfig, 1) > 1)`

// Roles are the server's, and of everybody on it: nobody else is on an embedded one.
const ROLES = 'select 1 as one from pg_authid where oid >= 16384'

/** A database with a session in it. */
interface Held {
  connection: Connection
  drop(): Promise<void>
}

const idle = new Map<(engine: Dialect) => Promise<Held>, Held[]>()

/** Ends the engines and drops the databases that the cases share. */
export async function closeTargets(): Promise<void> {
  const all = [...idle.values()].flat()
  idle.clear()
  for (const held of all) await held.drop()
}

/** A database that nobody else is in; given back, it is kept for the next one where it can be emptied. */
async function lent(make: (engine: Dialect) => Promise<Held>, engine: Dialect) {
  const free = idle.get(make) ?? []
  idle.set(make, free)
  const held = free.pop() ?? (await make(engine))
  const { connection } = held
  return {
    connection,
    async [Symbol.asyncDispose]() {
      if (await emptied(engine, connection)) free.push(held)
      else await held.drop()
    },
  }
}

/** An embedded engine with nothing in it: starting one is what takes time. */
export const lentEmbedded = (engine: Dialect) => lent(newEmbedded, engine)

async function inEmptied(
  make: (engine: Dialect) => Promise<Held>,
  engine: Dialect,
  work: (connection: Connection) => Promise<void>,
): Promise<void> {
  await using held = await lent(make, engine)
  await work(held.connection)
}

async function newEmbedded(engine: Dialect): Promise<Held> {
  const connection = await engine.connect('pglite:', { create: true })
  return { connection, drop: () => connection.close() }
}

async function newOnServer(engine: Dialect): Promise<Held> {
  const database = await scratchPostgres()
  await using first = await engine.connect(database.url)
  // Nothing in it has to outlive the server.
  await first.execute(
    `do $$ begin execute format('alter database %I set synchronous_commit = off', current_database()); end $$`,
  )
  const connection = await engine.connect(database.url)
  const drop = async (): Promise<void> => {
    await connection.close().catch(() => undefined)
    await database.drop()
  }
  return { connection, drop }
}

async function emptied(engine: Dialect, connection: Connection): Promise<boolean> {
  const forget = engine.forget(undefined, connection.version)
  try {
    if (forget !== undefined) await connection.execute(forget)
    await connection.execute(EMPTY)
    const left =
      connection.location.database === ':memory:'
        ? `${LEFT}
 union all ${ROLES}`
        : LEFT
    return (await connection.query(left)).length === 0
  } catch {
    return false
  }
}

/** All of them; those of servers say whether one answers. */
export const targets: readonly Target[] = [
  {
    name: 'SQLite in memory',
    dialect: 'sqlite',
    golden: true,
    answers: async () => true,
    async open(engine, work) {
      await using connection = await engine.connect('sqlite::memory:', { create: true })
      await work(connection)
    },
  },
  {
    name: 'the embedded engine',
    dialect: 'postgres',
    golden: true,
    answers: async () => true,
    async open(engine, work) {
      // Default privileges and the rights on `public` outlive the schemas.
      if (engine.scope === undefined) return inEmptied(newEmbedded, engine, work)
      await using own = await engine.connect('pglite:', { create: true })
      await work(own)
    },
  },
  {
    name: 'a server',
    dialect: 'postgres',
    golden: false,
    answers: postgresAnswers,
    async open(engine, work) {
      if (engine.scope === undefined) return inEmptied(newOnServer, engine, work)
      const scratch = await scratchPostgres()
      try {
        await using connection = await engine.connect(scratch.url)
        await work(connection)
      } finally {
        await scratch.drop()
      }
    },
  },
  {
    name: 'a server',
    dialect: 'mysql',
    golden: true,
    answers: mysqlAnswers,
    async open(engine, work) {
      const scratch = await scratchMysql()
      try {
        await using connection = await engine.connect(scratch.url, { scratch: true })
        await work(connection)
      } finally {
        await scratch.drop()
      }
    },
  },
]

/**
 * Runs operations as the runner does: what can be in a transaction is in one. The driver's error is the cause of what it
 * throws.
 */
export async function run(dialect: Dialect, connection: Connection, operations: readonly Operation[]): Promise<void> {
  const before = dialect.needsSchema(operations) ? await dialect.inspect(connection) : undefined
  const { version } = connection
  const statements = dialect.render(operations, { version, ...(before !== undefined && { before }) })
  for (let at = 0; at < statements.length; ) {
    const first = statements[at]
    if (first?.transactional === false) {
      await alone(dialect, connection, first)
      at++
      continue
    }
    const end = statements.findIndex((statement, index) => index > at && !statement.transactional)
    const unit = statements.slice(at, end < 0 ? undefined : end)
    const bracket = dialect.bracket(unit, { lockTimeout: 10_000 })
    for (const sql of bracket.before) await connection.execute(sql)
    try {
      // One message, as the runner sends it.
      const message = [...bracket.begin, ...unit.map(({ sql }) => sql)].join(';\n')
      await connection.execute(message).catch((error: unknown) => {
        throw failed(error, message)
      })
      for (const sql of [...bracket.verify, ...unit.flatMap(({ verify }) => verify ?? [])]) {
        const rows = await connection.query(sql)
        if (rows.length > 0) throw new Error(`${sql} found ${JSON.stringify(rows[0])}`)
      }
      await connection.execute(bracket.commit)
    } catch (error) {
      await connection.execute(bracket.rollback).catch(() => {})
      throw error
    } finally {
      for (const sql of bracket.after) await connection.execute(sql)
    }
    at += unit.length
  }
}

/** A statement that commits by itself, asked for in other ways where the server does not know the way before. */
async function alone(dialect: Dialect, connection: Connection, statement: Statement): Promise<void> {
  const { sql, otherwise = [], resort } = statement
  let refusal: unknown
  for (const way of [sql, ...otherwise]) {
    try {
      return await connection.execute(way)
    } catch (error) {
      refusal = failed(error, way)
      if (dialect.explain(error, { sql: way }).kind !== 'unsupported') throw refusal
    }
  }
  if (resort === undefined || (await connection.query(resort.only)).length === 0) throw refusal
  await connection.execute(resort.sql).catch((error: unknown) => {
    throw failed(error, resort.sql)
  })
}

const failed = (error: unknown, sql: string): Error =>
  new Error(`${error instanceof Error ? error.message : error}\nin: ${sql}`, { cause: error })

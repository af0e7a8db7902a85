// The servers that benchmarks run on: scratch databases, a bare session, and what a bare script says to each.
import { randomBytes } from 'node:crypto'
import mysql2 from 'mysql2/promise'
import pg from 'pg'

export const postgres = {
  name: 'PostgreSQL',
  server: process.env.GODWIT_TEST_POSTGRES_URL ?? 'postgresql://postgres@127.0.0.1:5432/postgres',
  version: 'show server_version',
  now: 'now()::text',
  async open(url) {
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    return { query: async (sql) => (await client.query(sql)).rows, end: () => client.end() }
  },
  create: (name) => `create database ${name} template template0`,
  drop: (name) => `drop database ${name} with (force)`,
  /** What counts as one round trip on the wire: the server's ReadyForQuery. */
  wire: {
    port: 5432,
    side: 'server',
    frame: (data) => ({ length: 1 + data.readInt32BE(1), counts: data[0] === 0x5a }),
  },
  script: `import pg from 'pg'
const client = new pg.Client({ connectionString: process.env.DATABASE_URL })
await client.connect()
await client.query('select revision from godwit_history')
await client.end()
`,
  catalogue: [
    'select attrelid::text, attname, format_type(atttypid, atttypmod), attnotnull from pg_attribute where attnum > 0',
    'select conrelid::text, conname, pg_get_constraintdef(oid) from pg_constraint',
    'select indrelid::text, pg_get_indexdef(indexrelid) from pg_index',
    'select adrelid::text, pg_get_expr(adbin, adrelid) from pg_attrdef',
  ],
}

export const mysql = {
  name: 'MySQL or MariaDB',
  server: process.env.GODWIT_TEST_MYSQL_URL ?? 'mysql://root@127.0.0.1:3306',
  version: 'select version() as server_version',
  now: 'cast(now(3) as char)',
  async open(url) {
    const client = await mysql2.createConnection({ uri: url, multipleStatements: true })
    return { query: async (sql) => (await client.query(sql))[0], end: () => client.end() }
  },
  create: (name) => `create database ${name}`,
  drop: (name) => `drop database ${name}`,
  /** A client's packet with sequence number 0 begins a command. */
  wire: { port: 3306, side: 'client', frame: (data) => ({ length: 4 + data.readUIntLE(0, 3), counts: data[3] === 0 }) },
  script: `import mysql from 'mysql2/promise'
const client = await mysql.createConnection({ uri: process.env.DATABASE_URL })
await client.query('select revision from godwit_history')
await client.end()
`,
  catalogue: ['columns', 'statistics', 'key_column_usage', 'table_constraints'].map(
    (view) => `select * from information_schema.${view} where table_schema = database()`,
  ),
}

/** An empty database on the engine's server; `drop` removes it. */
export async function scratch(engine) {
  const name = `godwit_bench_${randomBytes(5).toString('hex')}`
  const admin = async (sql) => {
    const session = await engine.open(engine.server)
    await session.query(sql).finally(() => session.end())
  }
  await admin(engine.create(name))
  const url = Object.assign(new URL(engine.server), { pathname: `/${name}` })
  return { url: url.href, drop: () => admin(engine.drop(name)) }
}

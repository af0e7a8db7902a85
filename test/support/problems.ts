// The problems of the troubleshooting guide: what goes wrong, and what the error has to say. Each does it for real.
import { writeFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { godwit } from '../../src/commands/library.ts'
import type { ErrorCode } from '../../src/errors.ts'
import { op } from '../../src/operations/op.ts'
import { printSql } from '../../src/revisions/index.ts'
import { downgrade, upgrade } from '../../src/runner/index.ts'
import { lockKey } from '../../src/runner/locked.ts'
import { readSeeds } from '../../src/runner/seed.ts'
import { runSeeds } from '../../src/runner/seeds.ts'
import { startup } from '../../src/startup/startup.ts'
import type { Engine, Ground } from '../contract/support.ts'
import { randomName } from './databases.ts'
import { asStranger } from './strangers.ts'

export interface Problem {
  /** The heading of its section. */
  title: string
  code: ErrorCode
  /** What the error has to say about the way out. */
  fix: RegExp
  /** Engines where it can happen; absent: all. */
  on?: readonly string[]
  /** Does what goes wrong. */
  provoke(at: Ground, engine: Engine): Promise<unknown>
}

const SERVERS = ['postgres', 'mysql']

/** The database's URL with something else in it. */
function changed(url: string, change: (parsed: URL) => void): string {
  const parsed = new URL(url)
  change(parsed)
  return parsed.href
}

/** The verbs of the library on this ground. */
const verbs = (at: Ground) =>
  godwit({
    config: { url: at.url, revisions: at.folder },
    ...(at.where.connection !== undefined && { connection: at.where.connection }),
  })

/** As a role without rights. In an engine without logins the session takes the role on. */
async function withoutRights<Result>(
  at: Ground,
  work: (where: Partial<Ground['where']>) => Promise<Result>,
): Promise<Result> {
  const { connection } = at.where
  if (connection === undefined) return asStranger(at.url, {}, (url) => work({ url }))
  const role = randomName()
  await connection.execute(`create role ${role}; set role ${role}`)
  try {
    return await work({ connection })
  } finally {
    await connection.execute(`reset role; drop role ${role}`)
  }
}

export const problems: Problem[] = [
  {
    title: 'The target database is not up to date',
    code: 'NOT_UP_TO_DATE',
    fix: /godwit upgrade/,
    async provoke(at) {
      await at.write({ id: 'a1' })
      await upgrade(at.context())
      await at.write({ id: 'b1' })
      const seeds = join(dirname(at.folder), 'seeds')
      await mkdir(seeds)
      await writeFile(join(seeds, '1_users.sql'), 'insert into users (id) values (1);')
      return runSeeds(at.context(), readSeeds(seeds), { environment: 'test' })
    },
  },
  {
    title: 'The database does not exist',
    code: 'DATABASE_MISSING',
    fix: /[Cc]reate/,
    async provoke(at, { name }) {
      const none = join(dirname(at.folder), 'none')
      const url = SERVERS.includes(name)
        ? changed(at.url, (parsed) => {
            parsed.pathname = `/${randomName()}`
          })
        : `${name}:${none}`
      await (await at.dialect.connect(url)).close()
    },
  },
  {
    title: 'Conflicting heads',
    code: 'HEADS_SEVERAL',
    fix: /godwit merge/,
    async provoke(at) {
      await at.write({ id: 'a1' }, { id: 'b1', parents: ['a1'] }, { id: 'c1', parents: ['a1'] })
      return upgrade(at.context())
    },
  },
  {
    title: 'Two branches change the same thing',
    code: 'MERGE_CONFLICT',
    fix: /parent|branch/,
    async provoke(at) {
      await at.writeSql('a1', [], 'create table users (id integer, x integer)', '')
      await at.writeSql('b1', ['a1'], 'alter table users rename column x to y', '')
      await at.writeSql('c1', ['a1'], 'alter table users rename column x to z', '')
      await using migrations = await verbs(at)
      return await migrations.merge()
    },
  },
  {
    title: 'A table or a column exists already',
    code: 'OBJECT_EXISTS',
    fix: /godwit check[\s\S]*godwit adopt[\s\S]*ensureTable/,
    async provoke(at) {
      await at.ask('create table users (id integer)')
      await at.write({
        id: 'a1',
        operations: [op.addColumn({ table: 'users', column: { name: 'id', type: 'integer', nullable: true } })],
      })
      return upgrade(at.context())
    },
  },
  {
    title: 'A foreign key fails',
    code: 'FOREIGN_KEY_FAILED',
    fix: /create (?:it|the table that is referenced) first/i,
    async provoke(at) {
      // One engine finds out when the key is made, the other when the first row comes.
      await at.writeSql(
        'a1',
        [],
        'create table posts (id integer, user_id integer, foreign key (user_id) references users (id));\ninsert into posts values (1, 1);',
        'drop table posts',
      )
      return upgrade(at.context())
    },
  },
  {
    title: 'A column cannot change its type',
    code: 'TYPE_CONFLICT',
    fix: /using|rows|values/,
    async provoke(at, { name }) {
      const integer = name === 'mysql' ? 'int' : 'integer'
      await at.ask('create table users (id integer, age text)')
      await at.ask("insert into users values (1, 'eighteen'), (2, '007')")
      const column = { name: 'age', nullable: true }
      await at.write({
        id: 'a1',
        operations: [
          op.alterColumn({
            table: 'users',
            from: { ...column, type: 'text' },
            to: { ...column, type: integer },
          }),
        ],
      })
      return upgrade(at.context(), { acceptLoss: true })
    },
  },
  {
    title: 'Permission denied',
    code: 'PERMISSION_DENIED',
    fix: /GRANT|[Gg]rant|may write/,
    async provoke(at, engine) {
      await at.writeSql('a1', [], 'create table users (id integer)', 'drop table users')
      // Where files are the database, the rights are the file system's; here nobody may write, not even root.
      if (engine.name === 'sqlite') return upgrade(at.context({ url: 'sqlite:/sys/godwit/app.db' }))
      return withoutRights(at, (where) => upgrade({ ...at.context(), ...where }))
    },
  },
  {
    title: 'Connection refused',
    code: 'CONNECTION_REFUSED',
    fix: /Start the server/,
    on: SERVERS,
    async provoke(at) {
      const url = changed(at.url, (parsed) => {
        parsed.hostname = '127.0.0.1'
        parsed.port = '1'
      })
      return at.dialect.connect(url)
    },
  },
  {
    title: 'A migration fails at start-up',
    code: 'STATEMENT_FAILED',
    fix: /Correct .*a1\.sql/,
    async provoke(at) {
      await at.writeSql('a1', [], 'update missing set id = 1', '')
      const lines: string[] = []
      const say = (line: string): void => void lines.push(line)
      try {
        return await startup({
          config: { url: at.url, revisions: at.folder },
          ...at.where,
          policy: 'migrate',
          logger: { info: say, warn: say, error: say },
          once: false,
        })
      } catch (error) {
        if (!lines.some((line) => line.startsWith('❌ Migration failed: '))) throw new Error(lines.join('\n'))
        throw error
      }
    },
  },
  {
    title: 'Several instances start at once',
    code: 'LOCK_TIMEOUT',
    fix: /[Tt]ry again/,
    // The embedded server has one session: there is nobody to wait for.
    on: ['sqlite', ...SERVERS],
    async provoke(at) {
      await at.write({ id: 'a1' })
      await upgrade(at.context())
      await at.write({ id: 'b1' })
      return at.on(async (connection) => {
        const lock = await at.dialect.lock(connection, { key: lockKey(connection), wait: 1000 })
        try {
          return await upgrade(at.context({ lockWait: 0 }))
        } finally {
          await lock.release()
        }
      })
    },
  },
  {
    title: 'An applied migration was edited',
    code: 'REVISION_EDITED',
    fix: /Put the file back[\s\S]*godwit stamp b1/,
    async provoke(at) {
      await at.writeSql('a1', [], 'create table users (id integer)', 'drop table users')
      await at.writeSql('b1', ['a1'], 'create table posts (id integer)', 'drop table posts')
      await upgrade(at.context())
      await at.writeSql('a1', [], 'create table users (id integer, more integer)', 'drop table users')
      return upgrade(at.context())
    },
  },
  {
    title: 'The way down is broken',
    code: 'SQL_SYNTAX',
    fix: /Correct the way down[\s\S]*godwit stamp a1/,
    async provoke(at) {
      const text = printSql(
        { id: 'a1', parents: [], message: 'users' },
        'create table users (id integer)',
        'drop tabel users',
      )
      writeFileSync(join(at.folder, 'a1.sql'), text)
      await upgrade(at.context())
      return downgrade(at.context())
    },
  },
  {
    title: 'Data would be lost',
    code: 'DATA_LOSS',
    fix: /--yes/,
    async provoke(at) {
      const column = { name: 'id', type: 'integer', nullable: true }
      await at.write({
        id: 'a1',
        operations: [op.createTable({ table: { name: 'users', columns: [column], constraints: [], indexes: [] } })],
      })
      await upgrade(at.context())
      return downgrade(at.context())
    },
  },
  {
    title: 'The database is damaged',
    code: 'CONNECTION_FAILED',
    fix: /made/,
    on: ['sqlite', 'pglite'],
    async provoke(at, { name }) {
      const path = join(dirname(at.folder), 'damaged')
      if (name === 'sqlite') writeFileSync(path, 'This is no database at all.'.repeat(100))
      else {
        await mkdir(path)
        writeFileSync(join(path, 'PG_VERSION'), '9.6')
      }
      return at.dialect.connect(`${name}:${path}`)
    },
  },
]

// A name of which only capitals change is the same thing: where the engine takes both for one name, it is renamed with its
// rows, and nobody is asked. Where they are two names, it is a question like any other.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { dialectOf } from '../src/dialects/index.ts'
import { GodwitError, godwit, sql } from '../src/index.ts'
import {
  describeEach,
  mysqlAnswers,
  postgresAnswers,
  scratchFolder,
  scratchMysql,
  scratchPostgres,
  scratchSqlite,
} from './support/databases.ts'

const before = `create table Users (Id int primary key, Name varchar(20), Mail varchar(20));
create index ByName on Users (Name);
create view Names as select Name from Users;`
const after = `create table users (id int primary key, name varchar(20), Mail varchar(20));
create index byname on users (name);
create view names as select name from users;`

const engines = [
  { name: 'SQLite', make: scratchSqlite },
  { name: 'MySQL or MariaDB', make: scratchMysql, answers: await mysqlAnswers() },
]

describeEach(engines)('on $name', ({ make }) => {
  it('tables, columns, indexes and views get their new spelling there and back, with every row', async () => {
    const [database, folder] = await Promise.all([make(), scratchFolder()])
    const connection = await (await dialectOf(database.url)).connect(database.url, { create: true })
    try {
      const models = join(folder.path, 'schema.sql')
      writeFileSync(models, before)
      await using project = await godwit({
        cwd: folder.path,
        config: { url: database.url, revisions: join(folder.path, 'migrations'), source: sql('schema.sql') },
      })
      await project.migrate({ message: 'one' })
      await project.upgrade()
      await connection.execute("insert into Users values (1, 'x', 'y')")
      writeFileSync(models, after)
      const written = await project.migrate({ message: 'two' })
      const said = written.changes.map(({ text }) => text)
      expect(said).toEqual(expect.arrayContaining(['rename table Users to users', 'rename column users.Name to name']))
      expect(said.filter((text) => /drop (?:table|column)|create table|add column/.test(text))).toEqual([])
      expect(written.losses).toEqual([])
      await project.upgrade()
      expect(await connection.query('select id, name from users')).toEqual([{ id: 1, name: 'x' }])
      expect((await project.check()).ok).toBe(true)
      await project.downgrade()
      expect(await connection.query('select Id, Name from Users')).toEqual([{ Id: 1, Name: 'x' }])
      expect((await project.upgrade()).steps).toHaveLength(1)
    } finally {
      await connection.close()
      await database.drop()
      await folder.drop()
    }
  })
})

describe.runIf(await postgresAnswers())('on PostgreSQL', () => {
  it('two such names are two, and somebody has to say', async () => {
    const [database, folder] = await Promise.all([scratchPostgres(), scratchFolder()])
    try {
      const models = join(folder.path, 'schema.sql')
      writeFileSync(models, 'create table users (id int, "Name" text);')
      await using project = await godwit({
        cwd: folder.path,
        config: {
          url: database.url,
          shadow: database.url,
          revisions: join(folder.path, 'migrations'),
          source: sql('schema.sql'),
        },
      })
      await project.migrate({ message: 'one' })
      writeFileSync(models, 'create table users (id int, name text);')
      const error = await project.migrate({ message: 'two' }).catch((thrown: unknown) => thrown)
      expect(error).toBeInstanceOf(GodwitError)
      expect(error).toMatchObject({ code: 'DECISION_NEEDED' })
    } finally {
      await database.drop()
      await folder.drop()
    }
  })
})

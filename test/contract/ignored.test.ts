// What belongs to somebody else (`ignore` of the configuration) is no difference, and stays as it is, on every engine.
import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { godwit } from '../../src/commands/library.ts'
import { sql } from '../../src/sources/sql.ts'
import { describeOn, type Ground, ground } from './support.ts'

describeOn(({ shared }) => shared)('on $name', (engine) => {
  let at: Ground
  beforeEach(async () => {
    at = await ground(engine)
  })
  afterEach(() => at.drop())

  const spaces = engine.name === 'postgres'
  const open = (ignore = ['legacy_*', 'audit.*', ...(spaces ? ['public.theirs'] : ['theirs'])]) =>
    godwit({
      cwd: dirname(at.folder),
      config: {
        url: at.url,
        revisions: at.folder,
        source: sql('schema.sql'),
        ignore,
        ...(spaces && { shadow: at.url }),
      },
    })
  const models = (text: string): void => writeFileSync(join(dirname(at.folder), 'schema.sql'), text)
  const byHand = async (...statements: string[]): Promise<void> =>
    at.on(async (connection) => {
      for (const each of statements) await connection.execute(each)
    })
  const users = 'create table users (id integer not null primary key, name varchar(20));'
  const posts = (columns: string): string =>
    `create table posts (id integer not null primary key, legacy_id integer, ${columns});`
  const legacy = 'create table legacy_users (id integer not null primary key)'

  it('is not compared, and survives changes of what it stands on', async () => {
    // Models may know it: they cannot point at it otherwise.
    const lent = 'constraint lent foreign key (legacy_id) references legacy_users (id)'
    models(`${users} ${legacy}; ${posts(`title varchar(20), ${lent}`)}`)
    await using first = await open()
    const { changes } = await first.migrate({ message: 'first' })
    expect(changes.map(({ text }) => text).join()).not.toContain('legacy_users')
    await first.upgrade()
    const view = 'create view who as select u.name from users u'
    await byHand(
      legacy,
      engine.name === 'sqlite' ? 'drop table posts' : 'select 1',
      engine.name === 'sqlite'
        ? posts('title varchar(20), foreign key (legacy_id) references legacy_users (id)')
        : 'alter table posts add constraint lent foreign key (legacy_id) references legacy_users (id)',
      'create view theirs as select id from legacy_users',
      'create view of_theirs as select id from theirs',
      'insert into legacy_users values (1)',
      "insert into posts (id, legacy_id, title) values (7, 1, '42')",
      ...(spaces
        ? [
            'create schema audit',
            "create type audit.kind as enum ('a')",
            'create table audit.log (id integer primary key, kind audit.kind)',
            'create function audit.note() returns trigger language plpgsql as $$begin return new; end$$',
            'create trigger legacy_note before insert on posts for each row execute function audit.note()',
          ]
        : []),
    )
    expect(await first.check()).toMatchObject({ ok: true, database: [], models: [] })
    expect((await first.status()).tables.map(({ name }) => name)).toEqual(['posts', 'users'])
    expect(await first.diff({ from: 'database', to: 'models' })).toMatchObject({ equal: true })
    expect(await first.diff({ from: 'models', to: 'database' })).toMatchObject({ equal: true })
    await using all = await open([])
    expect((await all.check()).database?.map(({ text }) => text).join()).toContain('legacy_users')

    models(`${users} ${legacy}; ${posts(`title integer, body varchar(20), ${lent}`)}`)
    const second = await first.migrate({ message: 'second' })
    expect(second.changes).toHaveLength(2)
    await first.upgrade()
    expect(await first.check()).toMatchObject({ ok: true })
    expect(await at.ask('select p.title as title, t.id as id from posts p, of_theirs t')).toEqual([
      { title: 42, id: 1 },
    ])
    // The foreign key is there still, also where the table was made anew.
    await expect(byHand('insert into posts (id, legacy_id) values (8, 9)')).rejects.toThrow()

    // What was ignored and stood on a column or a table of ours goes with it, and is named.
    if (spaces) {
      await byHand(
        'create view legacy_titles as select title from posts',
        'create table legacy_notes (post integer constraint legacy_post references posts (id))',
      )
      models(`${users} ${legacy}; create table posts (legacy_id integer, body varchar(20), ${lent});`)
      const less = await first.diff({ from: 'database', to: 'models' })
      expect(less.changes.map(({ text }) => text)).toEqual(
        expect.arrayContaining([
          expect.stringContaining('drop view legacy_titles'),
          expect.stringContaining('drop foreign key legacy_post'),
        ]),
      )
      await byHand(less.script ?? '')
      expect(await at.ask('select * from of_theirs')).toEqual([{ id: 1 }])
      expect(await first.diff({ from: 'database', to: 'models' })).toMatchObject({ equal: true })
    }
    await byHand(view.replace('who', 'legacy_who'))
    const away = await first.diff({ from: 'database', to: 'empty' })
    expect(away.changes.map(({ text }) => text.split(' ').slice(0, 3).join(' '))).toEqual(
      expect.arrayContaining(['drop view legacy_who', 'drop table users']),
    )
    expect(away.script).not.toContain('drop table legacy_users')
  })

  it('is left out of a database that is taken over', async () => {
    models(users)
    await byHand(
      users,
      legacy,
      posts('title integer').replace('legacy_id integer', 'legacy_id integer references legacy_users (id)'),
    )
    await using migrations = await open()
    const { outcome, changes } = await migrations.adopt()
    expect([outcome, changes.map(({ text }) => text.split(' ').slice(0, 3).join(' '))]).toEqual([
      'baseline',
      ['create table posts', 'create table users'],
    ])
    expect(await migrations.check({ models: false })).toMatchObject({ ok: true })
  })

  it("is another tool's book as well, told by its columns", async () => {
    models(users)
    const books = [
      ['alembic_version', 'version_num varchar(32) not null primary key'],
      ['migrations', 'id integer primary key, timestamp bigint not null, name varchar(200) not null'],
      ['__drizzle_migrations', 'id integer primary key, hash varchar(64) not null, created_at bigint'],
      [
        'knex_migrations_lock',
        `${engine.name === 'mysql' ? '`index`' : '"index"'} integer primary key, is_locked integer`,
      ],
      ['schema_migrations', 'version bigint primary key, dirty integer not null'],
      [
        'flyway_schema_history',
        'installed_rank integer primary key, version varchar(50), description varchar(200), type varchar(20), script varchar(900), checksum integer, installed_by varchar(100), installed_on timestamp, execution_time integer, success integer',
      ],
      ['django_migrations', 'id integer primary key, app varchar(9) not null, name varchar(9), applied varchar(9)'],
    ]
    for (const [name, columns] of books) await byHand(`create table ${name} (${columns})`)
    await using none = await open([])
    await none.migrate({ message: 'users' })
    expect((await none.adopt()).outcome).toBe('empty')
    await none.upgrade()
    expect(await none.check()).toMatchObject({ ok: true, database: [], models: [] })
    expect((await none.status()).tables.map(({ name }) => name)).toEqual(['users'])

    // One of these names with other columns is the application's, and so is what `!` takes back.
    await byHand(
      'drop table django_migrations',
      'create table django_migrations (id integer primary key, title varchar(9))',
    )
    const found = (await none.check()).database?.map(({ text }) => text) ?? []
    expect(found).toEqual([expect.stringContaining('drop table django_migrations')])
    await using back = await open(['!alembic_*', 'django_*', '!nothing'])
    const taken = (await back.check()).database?.map(({ text }) => text) ?? []
    expect(taken).toEqual([expect.stringContaining('drop table alembic_version')])
    // Two databases are compared as they are.
    const raw = await none.diff({ from: 'empty', to: 'database' })
    expect(raw.script).toMatch(/create table .*alembic_version/i)
    expect((await none.diff({ from: 'revisions', to: 'database' })).script).not.toMatch(/alembic_version/)
  })

  it.runIf(spaces)('with the schema that the tool made, and in any other one', async () => {
    models(users)
    await byHand(
      users,
      'create schema drizzle',
      'create table drizzle.__drizzle_migrations (id serial primary key, hash text not null, created_at bigint)',
      'create schema ops',
      'create table ops.pgmigrations (id serial primary key, name varchar(255) not null, run_on timestamp not null)',
    )
    await using none = await open([])
    const { changes } = await none.adopt()
    expect(changes.map(({ text }) => text.split(' ').slice(0, 3).join(' '))).toEqual(['create table users'])
    await byHand('create table drizzle.things (id integer primary key)')
    const found = (await none.check({ models: false })).database?.map(({ text }) => text) ?? []
    expect(found.map((text) => text.split(' ').slice(0, 3).join(' '))).toEqual(['drop table drizzle.things'])
  })
})

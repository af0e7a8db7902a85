// What others have put in the place of our tables, or beside the system's functions and operators, runs with nobody's
// rights but their own: every verb is run as a superuser over what a role without any right but CREATE has planted.
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { dialectOf } from '../src/dialects/index.ts'
import { type Project, project, sqlRevision } from './support/cli.ts'
import { mysqlAnswers, postgresAnswers, scratchMysql, scratchPostgres } from './support/databases.ts'

let open: { drop(): Promise<void> }[] = []
afterAll(async () => {
  for (const one of open.reverse()) await one.drop()
  open = []
})

const error = ({ stdout }: { stdout: string }): Record<string, unknown> =>
  JSON.parse(stdout).error ?? JSON.parse(stdout)
const one = sqlRevision('a1', [], 'create table t (id int primary key, name varchar(40));', 'drop table t;')
const two = sqlRevision('a2', ['a1'], "insert into t values (1, 'one');", 'delete from t;')
const three = `import { op, revision } from 'godwit'

export default revision({ id: 'a3', parents: ['a2'], message: 'three', operations: [
  op.ensureColumn({ table: 't', column: { name: 'more', type: 'text', nullable: true } }),
  op.backfill({ table: 't', column: 'more', value: "'x'" }),
  op.alterColumn({ table: 't', from: { name: 'name', type: 'varchar(40)', nullable: true }, to: { name: 'name', type: 'varchar(60)', nullable: true } }),
  op.createIndex({ table: 't', index: { name: 't_name', method: 'btree', unique: false, keys: [{ column: 'name' }] }, concurrently: true }),
] })
`
const made = async (url: string, files: Record<string, string> = {}): Promise<Project> => {
  const at = await project({ 'godwit.config.json': JSON.stringify({ url }), 'migrations/a1.sql': one, ...files })
  open.push(at)
  return at
}
async function run(url: string, ...statements: string[]): Promise<Record<string, unknown>[]> {
  const dialect = await dialectOf(url)
  await using connection = await dialect.connect(url, { create: true })
  let rows: Record<string, unknown>[] = []
  for (const sql of statements) rows = await connection.query(sql)
  return rows
}
const VERBS = [
  ['status'],
  ['current'],
  ['history', '--journal'],
  ['check'],
  ['plan'],
  ['upgrade'],
  ['downgrade', '--yes'],
  ['stamp', 'a1'],
  ['resolve'],
  ['verify'],
  ['seed'],
  ['adopt'],
  ['diff', '--from', 'revisions', '--to', 'database'],
  ['backup', '--out', 'copies'],
]

describe.runIf(await postgresAnswers())('on PostgreSQL', () => {
  const mallory = `godwit_mallory_${randomBytes(4).toString('hex')}`
  let url = ''
  let theirs = ''
  let at: Project
  /** As the one who plants. */
  const plant = async (...statements: string[]): Promise<void> => {
    const client = new pg.Client({ connectionString: theirs })
    await client.connect()
    try {
      for (const sql of statements) await client.query(sql)
    } finally {
      await client.end()
    }
  }
  const hits = async (): Promise<unknown> =>
    (await run(url, 'select last_value::int as hits from public.hits'))[0]?.hits

  beforeAll(async () => {
    const database = await scratchPostgres()
    open.push(database)
    url = database.url
    const address = new URL(url)
    address.username = mallory
    address.password = 'secret'
    theirs = address.href
    await run(url, `create role ${mallory} login password 'secret'`, `grant create on schema public to ${mallory}`)
    open.push({
      drop: async () => void (await run(url, `drop owned by ${mallory} cascade`, `drop role ${mallory}`)),
    })
    // Whatever runs as anybody else counts, and a rollback does not take that back.
    await plant(
      'create sequence public.hits start 1',
      "select nextval('public.hits')",
      'grant all on public.hits to public',
      `create function public.hit(what text) returns text language plpgsql as $$ begin
         if current_user <> '${mallory}' then perform pg_catalog.nextval('public.hits'::pg_catalog.regclass); raise warning 'planted: %', what; end if; return what; end $$`,
    )
    at = await made(url, { 'migrations/a2.sql': two, 'migrations/a3.ts': three })
  })

  const guilty = `create function public.trap() returns trigger language plpgsql as $$ begin perform public.hit('trigger'); return new; end $$`
  const columns = (name: string): string =>
    name === 'godwit_meta'
      ? 'name text primary key, value text not null'
      : name === 'godwit_history'
        ? "revision text primary key, parents text not null default '', message text not null default '', file text not null default '', checksum text not null default '', source text not null default '', way_back text not null default '', state text not null default 'done', progress int not null default 0, plan text not null default '', started_at text not null default '', finished_at text not null default '', actor text not null default '', version text not null default ''"
        : "id int generated by default as identity primary key, revision text not null default '', action text not null default '', step int not null default 0, command text not null default '', state text not null default 'done', started_at text not null default '', finished_at text not null default '', actor text not null default '', version text not null default '', error text not null default ''"
  const BOOKS = ['godwit_meta', 'godwit_history', 'godwit_journal']
  const tables = (): string[] => BOOKS.map((name) => `create table public.${name} (${columns(name)})`)
  const gone = async (): Promise<void> => {
    for (const name of BOOKS)
      await run(
        url,
        `do $$ begin execute 'drop table if exists public.${name} cascade'; exception when wrong_object_type then execute 'drop view if exists public.${name} cascade'; end $$`,
      )
    await run(url, 'drop table if exists t', 'drop function if exists public.trap() cascade')
  }

  test.each([
    ['tables of their own', () => tables(), 'owner'],
    [
      'a trigger on them',
      () => [
        ...tables(),
        guilty,
        'create trigger trap before insert or update on public.godwit_meta for each row execute function public.trap()',
      ],
      'owner',
    ],
    [
      'a rule on them',
      () => [...tables(), "create rule trap as on insert to public.godwit_history do also select public.hit('rule')"],
      'owner',
    ],
    [
      'a view in their place',
      () => [
        tables()[0] ?? '',
        tables()[2] ?? '',
        "create view public.godwit_history as select 'x'::text as revision, ''::text as parents, 'done'::text as state, 0 as progress, public.hit('view')::text as checksum",
      ],
      'kind',
    ],
    [
      'a partitioned one',
      () => [...tables().slice(1), 'create table public.godwit_meta (name text, value text) partition by list (name)'],
      'kind',
    ],
    [
      'one of them alone, with a trigger',
      () => [
        tables()[2] ?? '',
        guilty,
        'create trigger trap before insert on public.godwit_journal for each row execute function public.trap()',
      ],
      'owner',
    ],
  ])('no verb touches %s', async (_, statements, what) => {
    await gone()
    await plant(...statements())
    const before = await hits()
    const said = await at.cli(['upgrade', '--json'])
    expect(error(said)).toMatchObject({
      code: 'HISTORY_UNTRUSTED',
      data: { what, name: what === 'owner' ? mallory : expect.any(String) },
    })
    expect(said.code).toBe(4)
    expect(await hits()).toBe(before)
  })

  test('every verb says so, and the way out works', async () => {
    await gone()
    await plant(...tables())
    for (const args of VERBS.filter(([verb]) => !['diff', 'verify'].includes(verb ?? ''))) {
      expect([args[0], error(await at.cli([...args, '--json']))]).toMatchObject([
        args[0],
        { code: 'HISTORY_UNTRUSTED' },
      ])
    }
    for (let turn = 0; turn < 3; turn++) {
      const { fix, data } = error(await at.cli(['upgrade', '--json'])) as {
        fix: string
        data: { table: string }
      }
      expect(fix).toContain(`ALTER TABLE ${data.table} OWNER TO `)
      await run(url, /ALTER TABLE .*;/.exec(fix)?.[0] ?? '')
    }
    expect(await at.cli(['upgrade'])).toMatchObject({ code: 0 })
    // What was planted before the table was given away is still there.
    await run(url, `grant trigger on public.godwit_history to ${mallory}`)
    await plant(
      guilty,
      'create trigger trap before update on public.godwit_history for each row execute function public.trap()',
    )
    const { fix, data } = error(await at.cli(['downgrade', '--yes', '--json'])) as { fix: string; data: object }
    expect(data).toMatchObject({ what: 'trigger', name: 'trap' })
    await run(url, fix)
    expect(await at.cli(['downgrade', '--yes'])).toMatchObject({ code: 0 })
    expect(await hits()).toBe(1)
  })

  test.each([
    [
      'the owner of the database',
      (role: string) => [`alter database ${new URL(url).pathname.slice(1)} owner to ${role}`],
    ],
    ['a role that we are a member of', (role: string) => [`grant ${role} to ${mallory}`]],
  ])('tables of %s are ours', async (_, statements) => {
    await gone()
    const role = `${mallory}_friend`
    await run(url, `create role ${role}`, `grant create on schema public to ${role}`)
    try {
      await run(
        url,
        ...tables(),
        ...BOOKS.map((name) => `alter table public.${name} owner to ${role}`),
        `grant all on ${BOOKS.join(', ')} to ${mallory}`,
      )
      expect(error(await at.cli(['current', '--json', '--url', theirs]))).toMatchObject({ code: 'HISTORY_UNTRUSTED' })
      await run(url, ...statements(role))
      expect(await at.cli(['current', '--url', theirs])).toMatchObject({ code: 0 })
    } finally {
      await run(
        url,
        `alter database ${new URL(url).pathname.slice(1)} owner to current_user`,
        `drop owned by ${role} cascade`,
        `drop role ${role}`,
      )
    }
  })

  test('functions, operators, casts and tables of theirs are run by no verb', async () => {
    await gone()
    const types = ['name', 'text', '"char"', 'oid', 'int4', 'int8', 'int2', 'varchar', 'bool', 'regclass']
    const operators: string[] = []
    for (const left of types) {
      for (const right of types) {
        const f = `public.op_${`${left}_${right}`.replaceAll('"', '')}`
        operators.push(
          `create function ${f}(a ${left}, b ${right}) returns bool language plpgsql as $$ begin perform public.hit('operator ${left} ${right}'); return false; end $$`,
        )
        for (const op of ['=', '<>', '~~', '!~', '~', '>', '>=', '<']) {
          operators.push(`create operator public.${op} (leftarg = ${left}, rightarg = ${right}, function = ${f})`)
        }
        operators.push(
          `create function ${f}_c(a ${left}, b ${right}) returns text language plpgsql as $$ begin perform public.hit('concat'); return ''; end $$`,
        )
        operators.push(`create operator public.|| (leftarg = ${left}, rightarg = ${right}, function = ${f}_c)`)
      }
    }
    const functions = [
      'set_config(text, text, bool)',
      'set_config(varchar, varchar, bool)',
      'current_setting(varchar)',
      'count(oid)',
      'lower(name)',
      'quote_ident(name)',
      'left(varchar, int4)',
      'to_char(timestamp, text)',
      'format_type(int4, int4)',
      'pg_get_expr(text, int4)',
      'to_regclass(varchar)',
      'to_regclass(name)',
      'array_length(name[], int4)',
      'quote_literal(varchar)',
      'pg_try_advisory_lock(int8, int8)',
      'has_schema_privilege(name, name)',
    ].map(
      (signature) =>
        `create function public.${signature} returns text language plpgsql as $$ begin perform public.hit('function'); return ''; end $$`,
    )
    await plant(
      ...operators,
      ...functions,
      ...['pg_class', 'pg_roles', 'pg_namespace', 'pg_trigger', 'pg_locks'].map(
        (name) => `create view public.${name} as select public.hit('view') as oid`,
      ),
      'create type public.trick as (a text)',
      "create function public.cast_trick(public.trick) returns text language plpgsql as $$ begin perform public.hit('cast'); return ''; end $$",
      'create cast (public.trick as text) with function public.cast_trick(public.trick) as implicit',
    )
    // Only a superuser may make one.
    await expect(
      plant('create event trigger trap on ddl_command_start execute function public.trap()'),
    ).rejects.toThrow()
    const before = await hits()
    const outcomes: Record<string, number> = {}
    for (const args of [['upgrade'], ...VERBS]) outcomes[args.join(' ')] = (await at.cli(args)).code
    expect(await hits()).toBe(before)
    // What is planted is a difference to some; nothing of it makes a verb fail.
    expect(Object.entries(outcomes).filter(([, code]) => code === 1 || code === 70)).toEqual([])
  })
})

describe.runIf(await mysqlAnswers())('on MySQL and MariaDB', () => {
  test('a view, a trigger and other columns in the place of our tables are refused, and the way out works', async () => {
    const database = await scratchMysql()
    open.push(database)
    const at = await made(database.url)
    const seen = async (): Promise<Record<string, unknown>> => error(await at.cli(['upgrade', '--json']))
    await run(database.url, "create view godwit_history as select 'x' as revision")
    expect(await seen()).toMatchObject({ code: 'HISTORY_UNTRUSTED', data: { what: 'kind' } })
    await run(database.url, String((await seen()).fix))
    await run(database.url, 'create table godwit_history (id int)')
    expect(await seen()).toMatchObject({ code: 'HISTORY_UNTRUSTED', data: { what: 'column' } })
    await run(database.url, 'rename table godwit_history to other')
    expect(await at.cli(['upgrade'])).toMatchObject({ code: 0 })
    await run(database.url, 'create trigger trap before insert on godwit_journal for each row set new.error = 1')
    expect(error(await at.cli(['downgrade', '--yes', '--json']))).toMatchObject({
      code: 'HISTORY_UNTRUSTED',
      data: { what: 'trigger' },
    })
    await run(database.url, 'drop trigger trap')
    expect(await at.cli(['downgrade', '--yes'])).toMatchObject({ code: 0 })
  })
})

describe('on SQLite', () => {
  test('a view and a trigger in the place of our tables are refused, and the way out works', async () => {
    const at = await made('sqlite:app.db')
    const url = `sqlite:${join(at.path, 'app.db')}`
    const seen = async (): Promise<Record<string, unknown>> => error(await at.cli(['upgrade', '--json']))
    await run(url, "create view godwit_history as select 'x' as revision")
    expect(await seen()).toMatchObject({ code: 'HISTORY_UNTRUSTED', data: { what: 'view' } })
    await run(url, String((await seen()).fix))
    expect(await at.cli(['upgrade'])).toMatchObject({ code: 0 })
    await run(url, 'create trigger trap after delete on godwit_history begin delete from t; end')
    const refused = error(await at.cli(['downgrade', '--yes', '--json']))
    expect(refused).toMatchObject({ code: 'HISTORY_UNTRUSTED', data: { what: 'trigger', name: 'trap' } })
    await run(url, String(refused.fix))
    expect(await at.cli(['downgrade', '--yes'])).toMatchObject({ code: 0 })
  })
})

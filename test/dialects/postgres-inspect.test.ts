// Reading: one of everything, the same from a server and from the embedded engine, whatever the session is doing.
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Connection, Shadow } from '../../src/dialects/dialect.ts'
import { dialect } from '../../src/dialects/postgres/index.ts'
import { conventionalName } from '../../src/dialects/postgres/inspect/identity.ts'
import { diff } from '../../src/diff/index.ts'
import type { Operation } from '../../src/operations/operation.ts'
import { comparable } from '../../src/schema/canonical.ts'
import { emptySchema, type Schema, type SchemaObject, type Table } from '../../src/schema/schema.ts'
import { postgresAnswers, type ScratchDatabase, scratchPostgres } from '../support/databases.ts'
import { sameness, withoutViewTexts } from './postgres-support.ts'

const everything = readFileSync(resolve(import.meta.dirname, '../fixtures/postgres/everything.sql'), 'utf8')
const server = await postgresAnswers()
const cache = resolve(import.meta.dirname, '../../node_modules/.cache/godwit-test')

let database: ScratchDatabase | undefined
let embedded: Shadow
let remote: Shadow | undefined

beforeAll(async () => {
  embedded = await dialect.openShadow({ cache })
  if (!server) return
  database = await scratchPostgres()
  remote = await dialect.openShadow({ url: database.url })
})
afterAll(async () => {
  await embedded.close()
  await remote?.close()
  await database?.drop()
})

const statementsOf = async (text: string): Promise<string[]> => (await dialect.split(text)).map(({ sql }) => sql)

async function read(shadow: Shadow, text: string, options = {}): Promise<Schema> {
  const statements = await statementsOf(text)
  return shadow.scratch(async (connection) => {
    await shadow.load(connection, statements)
    return dialect.inspect(connection, options)
  })
}

/** What 14 cannot read yet. */
const before15 = (text: string): string =>
  text
    .replace(/ nulls not distinct/g, '')
    .replace(/ on delete set null \(x\)/g, ' on delete set null')
    .replace(/for table parent \(id, name\) where \(n > 0\)/, 'for table parent')
    .replace(/create publication pubs [^;]*;/, '')

const table = (schema: Schema, name: string): Table => {
  const found = schema.tables.find((candidate) => candidate.name === name)
  if (found === undefined) throw new Error(`no table ${name}`)
  return found
}
const object = (schema: Schema, type: string, name: string): SchemaObject => {
  const found = schema.objects.find((candidate) => candidate.type === type && candidate.name === name)
  if (found === undefined) throw new Error(`no ${type} ${name}`)
  return found
}

describe('one of everything', () => {
  let schema: Schema
  beforeAll(async () => {
    schema = await read(embedded, everything, { grants: true })
  })

  it('has every type of object', () => {
    const types = new Set(schema.objects.map(({ type }) => type))
    for (const type of [
      ...['schema', 'extension', 'enum', 'domain', 'composite', 'range', 'base type', 'collation', 'sequence', 'view'],
      ...['materialized view', 'index', 'function', 'procedure', 'aggregate', 'operator', 'operator family', 'cast'],
      ...['operator class', 'conversion', 'text search dictionary', 'text search configuration', 'trigger', 'rule'],
      ...['policy', 'event trigger', 'statistics', 'publication', 'foreign data wrapper', 'server', 'user mapping'],
      ...['grant', 'default privileges'],
    ]) {
      expect(types, type).toContain(type)
    }
  })

  it('folds owned sequences into their columns, and only those', () => {
    const identities = table(schema, 'child').columns.flatMap(({ name, identity }) =>
      identity === undefined ? [] : [[name, identity]],
    )
    expect(Object.fromEntries(identities)).toEqual({
      id: { kind: 'always', options: { increment: '5', start: '10' } },
      small: { kind: 'serial', sequence: 'odd_seq' },
      ident: { kind: 'by default' },
    })
    expect(schema.objects.filter(({ type }) => type === 'sequence').map(({ name }) => name)).toEqual(['s1', 's2'])
    expect(object(schema, 'sequence', 's2').extra).toEqual({
      increment: '-1',
      ownedBy: { table: 'child', column: 'room' },
    })
  })

  it('reads constraints with everything beside their columns', () => {
    const constraints = new Map(table(schema, 'child').constraints.map((constraint) => [constraint.name, constraint]))
    expect(constraints.get('ex')).toEqual({
      name: 'ex',
      type: 'exclude',
      columns: ['room', 'during'],
      expression: 'room WITH =, during WITH &&',
      extra: { deferrable: true, method: 'gist', where: '(room > 0)' },
    })
    expect(constraints.get('self')).toEqual({
      name: 'self',
      type: 'foreign key',
      columns: ['x', 'y'],
      references: { table: 'child', columns: ['x', 'y'], onDelete: 'set null' },
      extra: { match: 'full', onDeleteColumns: ['x'] },
    })
    expect(constraints.get('child_pk')?.extra).toEqual({ include: ['x'], options: { fillfactor: '80' } })
    expect(constraints.get('u')?.extra).toEqual({ nullsNotDistinct: true })
  })

  it('reads index keys without printing them', () => {
    const indexes = new Map(table(schema, 'parent').indexes.map((index) => [index.name, index]))
    expect(indexes.get('parent_name_lower_n_idx')).toMatchObject({
      keys: [{ column: 'name', descending: true, extra: { nulls: 'last' } }, { expression: 'lower((email)::text)' }],
      include: ['n'],
      where: '(n > (1)::numeric)',
    })
    expect(indexes.get('coll')?.keys).toEqual([
      { expression: 'lower(g)', extra: { collation: 'C' } },
      { column: 'g', extra: { collation: 'de-x-icu' } },
    ])
    expect(indexes.get('trgm')?.keys[0]?.extra).toEqual({
      opclass: 'gist_trgm_ops',
      opclassOptions: { siglen: '32' },
    })
    expect(indexes.get('ep')?.extra).toEqual({ statistics: { '1': 300 } })
  })

  it('marks what partitions have from their parent', () => {
    expect(table(schema, 'part_2')).toMatchObject({
      extra: { partitionOf: { parent: 'part' } },
      columns: [
        { name: 'k', extra: { inherited: true } },
        { name: 'at', extra: { inherited: true } },
        { name: 'id', extra: { inherited: true } },
      ],
      constraints: [
        { name: 'part_2_pkey', extra: { inherited: true, partitionOf: 'part_pk' } },
        { name: 'part_k_check', extra: { inherited: true } },
      ],
      indexes: [{ name: 'own_k', extra: { partitionOf: 'part_k' } }],
    })
    expect(table(schema, 'part_2').columns.every(({ identity }) => identity === undefined)).toBe(true)
    const triggers = schema.objects.filter(({ type, name }) => type === 'trigger' && name === 'pt')
    expect(triggers.map((trigger) => trigger.table)).toEqual(['part'])
  })

  it('knows what needs what', () => {
    const pairs = schema.dependencies.map(({ from, to }) => `${from} -> ${to}`)
    for (const pair of [
      'column parent.m -> enum mood',
      'column parent.ms -> enum mood',
      'column child.owned -> sequence s1',
      'column usesf.n -> column usesf.v',
      'column usesf.id -> function f(integer, text, integer[])',
      'constraint usesf.usesf_check -> function f(integer, text, integer[])',
      'constraint child.child_pid_fkey -> constraint parent.parent_pkey',
      'index usesf.usesf_i -> function f(integer, text, integer[])',
      'index mv.mv_i -> materialized view mv',
      'index parent.trgm -> extension pg_trgm',
      'materialized view mv -> view v3',
      'view v -> column parent.name',
      'view v3 -> view v',
      'policy app.t.pol2 -> view v',
      'trigger parent.t1 -> function trg()',
      'trigger v.vt -> view v',
      'table part_d1 -> table part_d',
      'table app.t -> schema app',
      'extension hstore -> schema app',
      'table ft -> server files',
      'publication pub -> table parent',
      'function f(public.mood) -> table parent',
      'statistics st -> column child.x',
      'composite addr -> enum mood',
      'operator class app.cls USING hash -> operator ===(public.mood, public.mood)',
      'operator class app.cls USING hash -> operator family app.cls USING hash',
    ]) {
      expect(pairs, pair).toContain(pair)
    }
    const names = new Set(pairs)
    expect(schema.dependencies.filter(({ from, to }) => names.has(`${to} -> ${from}`))).toEqual([])
  })

  it('leaves out extension members, tables of our own, and passwords', () => {
    expect(schema.tables.map(({ name }) => name)).not.toContain('godwit_history')
    expect(schema.objects.filter(({ type }) => type === 'function').map(({ name }) => name)).not.toContain(
      'citext(text)',
    )
    expect(JSON.stringify(schema)).not.toContain('sekret')
  })

  it('holds what hostile names hold', () => {
    expect(table(schema, 'app.T;--\\n').columns.map(({ name }) => name)).toEqual(['a b', 'select', '😀'])
    expect(schema.objects.map(({ name }) => name)).toContain('"odd.na""me"')
  })

  it('reads grants and default privileges', () => {
    const grants = schema.objects.filter(({ type }) => type === 'grant')
    expect(grants.map(({ name }) => name)).toContain('schema app to godwit_test_reader')
    expect(grants.find(({ name }) => name === 'table parent to godwit_test_writer')?.extra).toMatchObject({
      columns: { UPDATE: ['name'] },
    })
    expect(grants.find(({ name }) => name === 'function trg() to public')?.extra).toMatchObject({
      revoked: ['EXECUTE'],
    })
    expect(object(schema, 'default privileges', 'of postgres on functions to public').extra).toMatchObject({
      revoked: ['EXECUTE'],
    })
  })

  it('goes there and back', async () => {
    // A base type goes with its functions by CASCADE alone, which is never written.
    const text = everything.replace(/^.*\b(shelly)\b.*$/gm, '')
    const { traits } = dialect
    const wanted = await read(embedded, text)
    await embedded.scratch(async (connection) => {
      const run = async (operations: Operation[], before: Schema): Promise<Schema> => {
        const { version } = connection
        const statements = dialect.render(
          operations,
          dialect.needsSchema(operations) ? { version, before } : { version },
        )
        await embedded.load(
          connection,
          statements.map(({ sql }) => sql),
        )
        return dialect.inspect(connection)
      }
      const top = await run(diff(emptySchema(), wanted, { traits }), emptySchema())
      expect(diff(top, wanted, { traits })).toEqual([])
      const bottom = await run(diff(top, emptySchema(), { traits }), top)
      expect(comparable(bottom, sameness)).toEqual({ tables: [], objects: [] })
    })
  })

  it.runIf(server)('is the same on a server', async () => {
    const old = / 14\./.test(` ${remote?.identity}`)
    const text = old ? before15(everything) : everything
    const other = await read(remote as Shadow, text, { grants: true })
    if (old) schema = await read(embedded, text, { grants: true })
    expect(comparable(withoutViewTexts(other), sameness)).toEqual(comparable(withoutViewTexts(schema), sameness))
    expect(new Set(other.dependencies.map(({ from }) => from))).toEqual(
      new Set(schema.dependencies.map(({ from }) => from)),
    )
  })
})

describe('the session', () => {
  const engines: [string, () => Promise<{ connection: Connection; drop(): Promise<void> }>][] = [
    [
      'embedded',
      async () => {
        const connection = await dialect.connect('pglite::memory:')
        return { connection, drop: () => connection.close() }
      },
    ],
  ]
  if (server) {
    engines.push([
      'a server',
      async () => {
        const scratch = await scratchPostgres()
        const connection = await dialect.connect(scratch.url)
        return {
          connection,
          drop: async () => {
            await connection.close()
            await scratch.drop()
          },
        }
      },
    ])
  }

  it.each(engines)('keeps its search path and its transaction: %s', async (_, open) => {
    const { connection, drop } = await open()
    try {
      await connection.execute('create schema audit; create table audit.log (id int); set search_path = audit')
      expect((await dialect.inspect(connection)).tables.map(({ name }) => name)).toEqual(['audit.log'])
      await connection.execute('begin; create table here (id int)')
      expect((await dialect.inspect(connection)).tables).toHaveLength(2)
      const [row] = await connection.query<{ path: string }>(`select current_setting('search_path') as path`)
      expect(row).toEqual({ path: 'audit' })
      await connection.execute('rollback')
      expect((await dialect.inspect(connection, { namespaces: ['audit'] })).tables).toHaveLength(1)
      expect((await dialect.inspect(connection, { namespaces: ['public'] })).tables).toHaveLength(0)
    } finally {
      await drop()
    }
  })

  it.runIf(server)('reads a thousand tables in one message', async () => {
    const { connection, drop } = await (engines.at(-1) as (typeof engines)[number])[1]()
    try {
      await connection.execute(`do $$ begin for i in 1..1000 loop execute format(
        'create table t%s (id bigserial primary key, name varchar(20) not null default ''x'', at timestamptz unique,
          check (length(name) > 1))', i); end loop; end $$`)
      const schema = await dialect.inspect(connection)
      expect(schema.tables).toHaveLength(1000)
      expect(schema.tables.every(({ constraints }) => constraints.length === 3)).toBe(true)
    } finally {
      await drop()
    }
  })
})

describe('conventional names', () => {
  it('are shortened as the server shortens them, in bytes', async () => {
    const long = 'ä'.repeat(40)
    const schema = await read(embedded, `create table "${long}" ("${'c'.repeat(40)}" serial, id serial)`)
    expect(schema.tables[0]?.columns.map(({ identity }) => identity)).toEqual([{ kind: 'serial' }, { kind: 'serial' }])
    expect(conventionalName('users', 'id', 'seq')).toBe('users_id_seq')
  })
})

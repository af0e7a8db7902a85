// Renames: never guessed by diff, carried out exactly when decided, offered with a score when asked.
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import {
  diff,
  formatRename,
  parseRename,
  type Rename,
  renameCandidates,
  renameOperations,
} from '../../src/diff/index.ts'
import { apply, applyAll, invertAll, describe as line } from '../../src/operations/index.ts'
import { op } from '../../src/operations/op.ts'
import type { Operation } from '../../src/operations/operation.ts'
import { comparable } from '../../src/schema/canonical.ts'
import { qualify, ref, splitName, unqualify } from '../../src/schema/names.ts'
import { emptySchema, type Schema, type Table } from '../../src/schema/schema.ts'
import { tokens } from '../../src/schema/tokens.ts'
import { databases } from './dialects.ts'
import { pairsOfWorlds, schemaOf, worlds } from './random.ts'

// Property tests have much to do; a busy machine is no failure.
vi.setConfig({ testTimeout: 300_000 })

const style = { unnamed: false }
const { traits } = databases[1]!

const table = (name: string, columns: string[], more: Partial<Table> = {}): Table => ({
  name,
  columns: columns.map((column) => {
    const [own = '', type = 'text'] = column.split(' ')
    return { name: own, type, nullable: true }
  }),
  constraints: [],
  indexes: [],
  ...more,
})
const schema = (tables: Table[], more: Partial<Schema> = {}): Schema => ({ ...emptySchema(), tables, ...more })
const failure = (code: string) => expect.objectContaining({ code })

/** Some renames that fit the schema: every second table, and a column, an enum label and an object here and there. */
function someRenames({ tables, objects }: Schema, names: string[]): Rename[] {
  const fresh = (old: string, at: number): string => {
    const { namespace } = unqualify(old)
    return qualify(`${names[at % names.length]} ${at}`, namespace)
  }
  const path = (owner: string, part: string): string => ref('', owner, part).trimStart()
  const renamed = new Map(tables.filter((_, at) => at % 2 === 0).map(({ name }, at) => [name, fresh(name, at)]))
  return [
    ...[...renamed].map(([from, to]) => ({ kind: 'table', from, to })),
    ...tables.flatMap((each, at) =>
      each.columns.slice(0, 1).map((column) => ({
        kind: 'column',
        from: path(each.name, column.name),
        to: path(renamed.get(each.name) ?? each.name, `${names[at % names.length]} c`),
      })),
    ),
    ...objects.flatMap(({ type, name, table: home, values }, at) => {
      if (home !== undefined || type === 'namespace' || name.includes('(')) return []
      if (values !== undefined) return [{ kind: 'value', from: path(name, values[0]!), to: path(name, `blue ${at}`) }]
      return [{ kind: type, from: name, to: fresh(name, 100 + at) }]
    }),
  ]
}

const names = fc.array(
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 5 }).filter((name) => name.trim() !== ''),
  {
    minLength: 1,
    maxLength: 3,
  },
)

describe('decided renames', () => {
  it('come first, are all there is to do, and can be taken back', () => {
    fc.assert(
      fc.property(worlds, names, (world, words) => {
        const from = schemaOf(world, style)
        const renames = someRenames(from, words)
        const to = applyAll(from, renameOperations(from, renames))
        const operations = diff(from, to, { traits, renames })
        expect(operations.every(({ kind }) => kind.startsWith('rename'))).toBe(true)
        expect(operations.length).toBe(renames.length)
        expect(comparable(applyAll(from, operations), traits)).toEqual(comparable(to, traits))
        const back = applyAll(to, invertAll(operations) ?? [])
        expect(back.tables.map(({ name }) => name)).toEqual(
          schemaOf(world, style)
            .tables.map(({ name }) => name)
            .sort(),
        )
        expect(new Set(back.dependencies.map(({ from, to }) => `${from} ${to}`))).toEqual(
          new Set(from.dependencies.map(({ from, to }) => `${from} ${to}`)),
        )
      }),
      { numRuns: 200 },
    )
  })

  it('are read and written in one form, whatever the names hold', () => {
    fc.assert(
      fc.property(worlds, fc.array(fc.string({ unit: 'grapheme', minLength: 1 }), { minLength: 1 }), (world, words) => {
        for (const rename of someRenames(schemaOf(world, style), words)) {
          expect(parseRename(formatRename(rename))).toEqual(rename)
        }
      }),
      { numRuns: 300 },
    )
  })

  it.each([
    ['users=people', { kind: 'table', from: 'users', to: 'people' }],
    ['a.b=a.c', { kind: 'column', from: 'a.b', to: 'a.c' }],
    ['audit.log.at=audit.log.time', { kind: 'column', from: 'audit.log.at', to: 'audit.log.time' }],
    ['table:audit.log=audit.logs', { kind: 'table', from: 'audit.log', to: 'audit.logs' }],
    ['index:i=j', { kind: 'index', from: 'i', to: 'j' }],
    ['constraint:t.c=t.d', { kind: 'constraint', from: 't.c', to: 't.d' }],
    ['materialized view:a=b', { kind: 'materialized view', from: 'a', to: 'b' }],
    ['value:mood.sad=mood.blue', { kind: 'value', from: 'mood.sad', to: 'mood.blue' }],
    ['"a=b"="c d"', { kind: 'table', from: 'a=b', to: '"c d"' }],
    ['function:f(a.b, integer)=g(a.b, integer)', { kind: 'function', from: 'f(a.b, integer)', to: 'g(a.b, integer)' }],
  ])('reads %s', (text, rename) => {
    expect(parseRename(text)).toEqual(rename)
    expect(parseRename(formatRename(rename))).toEqual(rename)
  })

  it.each(['', 'a', 'a=', '=b', 'a=b=c', 'x:'])('refuses to read %j', (text) => {
    expect(() => parseRename(text)).toThrow(failure('USAGE'))
  })

  it('untangle chains and say what is not there or taken', () => {
    const from = schema([table('a', ['x']), table('b', ['x'])])
    const chain = [parseRename('a=b'), parseRename('b=c')]
    expect(renameOperations(from, chain).map(line)).toEqual(['rename table b to c', 'rename table a to b'])
    expect(() => renameOperations(from, [parseRename('z=y')])).toThrow(failure('USAGE'))
    expect(() => renameOperations(from, [parseRename('a=b')])).toThrow(failure('USAGE'))
    expect(() => renameOperations(from, [parseRename('a=b'), parseRename('b=a')])).toThrow(failure('USAGE'))
    expect(() => diff(from, from, { traits, renames: [parseRename('a=c')] })).toThrow(failure('USAGE'))
  })

  it('reach columns of a renamed table by either name', () => {
    const from = schema([table('users', ['name'])])
    for (const path of ['users.name=people.full_name', 'people.name=people.full_name', 'users.name=users.full_name']) {
      const renames = [parseRename(path), parseRename('users=people')]
      const operations = renameOperations(from, renames, schema([table('people', ['full_name'])]))
      expect(applyAll(from, operations).tables).toEqual([table('people', ['full_name'])])
    }
  })
})

describe('what follows a rename', () => {
  const from = schema(
    [
      table('users', ['name', 'email'], {
        constraints: [
          { name: 'c', type: 'check', columns: ['name'], expression: "name <> 'name' and users.name <> lower(name)" },
        ],
        indexes: [
          { name: 'i', unique: false, keys: [{ expression: 'lower(name)' }, { column: 'email' }], include: ['name'] },
        ],
      }),
      table('posts', ['author'], {
        constraints: [
          { name: 'fk', type: 'foreign key', columns: ['author'], references: { table: 'users', columns: ['name'] } },
        ],
      }),
    ],
    {
      objects: [
        {
          type: 'trigger',
          name: 't',
          table: 'users',
          definition: 'CREATE TRIGGER t ON public.users WHEN (new.name IS NULL)',
        },
        {
          type: 'view',
          name: 'v',
          definition: "SELECT users.name, 'users.name' AS name FROM public.users -- users.name",
        },
      ],
      dependencies: [
        { from: 'view v', to: 'column users.name' },
        { from: 'trigger users.t', to: 'table users' },
      ],
    },
  )

  it('of a column: keys, foreign keys, conditions, triggers, views; never strings, comments or functions', () => {
    const { tables, objects, dependencies } = apply(
      from,
      op.renameColumn({ table: 'users', from: 'name', to: 'Full "x"' }),
    )
    expect(tables[1]?.constraints[0]?.expression).toBe(
      `"Full ""x""" <> 'name' and users."Full ""x""" <> lower("Full ""x""")`,
    )
    expect(tables[1]?.indexes[0]).toMatchObject({
      keys: [{ expression: 'lower("Full ""x""")' }, { column: 'email' }],
      include: ['Full "x"'],
    })
    expect(tables[0]?.constraints[0]?.references?.columns).toEqual(['Full "x"'])
    expect(objects.map(({ definition }) => definition)).toEqual([
      'CREATE TRIGGER t ON public.users WHEN (new."Full ""x""" IS NULL)',
      `SELECT users."Full ""x""", 'users.name' AS name FROM public.users -- users.name`,
    ])
    expect(dependencies[0]).toEqual({ from: 'view v', to: ref('column', 'users', 'Full "x"') })
  })

  it('of a table: foreign keys, what lives on it, its own texts and views', () => {
    const { tables, objects, dependencies } = apply(from, op.renameTable({ from: 'users', to: 'order' }))
    expect(tables.map(({ name }) => name)).toEqual(['order', 'posts'])
    expect(tables[0]?.constraints[0]?.expression).toBe(`name <> 'name' and "order".name <> lower(name)`)
    expect(tables[1]?.constraints[0]?.references?.table).toBe('order')
    expect(objects).toMatchObject([
      { type: 'trigger', table: 'order', definition: 'CREATE TRIGGER t ON public."order" WHEN (new.name IS NULL)' },
      { type: 'view', definition: `SELECT "order".name, 'users.name' AS name FROM public."order" -- users.name` },
    ])
    expect(dependencies).toEqual([
      { from: 'view v', to: 'column order.name' },
      { from: 'trigger order.t', to: 'table order' },
    ])
  })

  it('of a label: the literals of that type', () => {
    const column = { name: 'm', type: 'mood', nullable: true, default: "'sad'::public.mood" }
    const other = { ...column, name: 'n', type: 'text', default: "'sad'::text" }
    const before = schema([{ ...table('t', []), columns: [column, other] }], {
      objects: [{ type: 'enum', name: 'mood', values: ['sad', 'ok'] }],
    })
    const after = apply(before, op.renameValue({ type: 'enum', name: 'mood', from: 'sad', to: "bl'ue" }))
    expect(after.objects[0]?.values).toEqual(["bl'ue", 'ok'])
    expect(after.tables[0]?.columns.map((each) => each.default)).toEqual(["'bl''ue'::public.mood", "'sad'::text"])
  })

  it('is lexed without losing a character', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'\'"`$-/*\\ea1_ \n.:é😀'.split(''), 'E', '$a$') }), (text) => {
        expect(
          tokens(text)
            .map((token) => token.text)
            .join(''),
        ).toBe(text)
      }),
      { numRuns: 2000 },
    )
  })
})

describe('candidates', () => {
  it('put the likely rename of a column first, and ask for no more than that', () => {
    const from = schema([table('users', ['id integer', 'name text', 'born date'])])
    const to = schema([table('users', ['id integer', 'full_name text', 'score integer'])])
    expect(renameCandidates(from, to, traits)).toEqual([
      { kind: 'column', from: 'users.name', to: 'users.full_name', score: expect.closeTo(0.87, 1) },
    ])
  })

  it('ask about a table that changes more than its name, where nothing is likelier', () => {
    const asked = (from: Schema, to: Schema): string[] =>
      renameCandidates(from, to, traits).map(({ kind, from, to }) => `${kind} ${from} ${to}`)
    const users = schema([table('users', ['id integer', 'email text'])])
    expect(asked(users, schema([table('people', ['id integer', 'mail text'])])).sort()).toEqual([
      'column users.email people.mail',
      'table users people',
    ])
  })

  it('ask about a column whose type changed as well, where the values fit and nothing is likelier', () => {
    const asked = (old: string[], next: string[]): string[] =>
      renameCandidates(schema([table('t', old)]), schema([table('t', next)]), traits).map(
        ({ from, to }) => `${from} ${to}`,
      )
    // Names that are alike, wherever the column stands now.
    expect(asked(['id integer', 'phone integer', 'x date'], ['id integer', 'x date', 'phone_number text'])).toEqual([
      't.phone t.phone_number',
    ])
    // Names that are not: the only one that goes, and the only one that comes, at the same place.
    expect(asked(['id integer', 'age text', 'x date'], ['id integer', 'years integer', 'x date'])).toEqual([
      't.age t.years',
    ])
    expect(asked(['id integer', 'age text', 'x date'], ['id integer', 'x date', 'years integer'])).toEqual([])
    expect(asked(['id integer', 'age text', 'old text'], ['id integer', 'years integer', 'score integer'])).toEqual([])
    // No value of the old type is one of the new type.
    expect(asked(['id integer', 'seen date'], ['id integer', 'seen_count integer'])).toEqual([])
    // What is likelier stands in nobody's way.
    expect(asked(['name text', 'age text'], ['full_name text', 'age_years integer'])).toEqual(
      expect.arrayContaining(['t.name t.full_name', 't.age t.age_years']),
    )
  })

  it('see a renamed table, with the columns renamed in it', () => {
    const from = schema([table('user', ['id integer', 'name text', 'mail text']), table('posts', ['id integer'])])
    const to = schema([table('people', ['id integer', 'name text', 'email text']), table('posts', ['id integer'])])
    const candidates = renameCandidates(from, to, traits)
    expect(candidates.map(({ kind, from, to }) => `${kind} ${from} ${to}`)).toEqual([
      'column user.mail people.email',
      'table user people',
    ])
    const operations: Operation[] = diff(from, to, { traits, renames: candidates })
    expect(operations.map(line)).toEqual(['rename table user to people', 'rename column people.mail to email'])
  })

  it('see renamed objects and labels', () => {
    const from = schema([], {
      objects: [
        { type: 'enum', name: 'mood', values: ['sad', 'ok'] },
        { type: 'view', name: 'active', definition: 'CREATE VIEW active AS SELECT 1' },
      ],
    })
    const to = schema([], {
      objects: [
        { type: 'enum', name: 'mood', values: ['blue', 'ok'] },
        { type: 'view', name: 'active_users', definition: 'CREATE VIEW active_users AS SELECT 1' },
      ],
    })
    expect(renameCandidates(from, to, traits).map(formatRename)).toEqual([
      'view:active=active_users',
      'value:mood.sad=mood.blue',
    ])
  })

  it('have a score from 0 to 1, name what is gone and what is new, and are the same every time', () => {
    fc.assert(
      fc.property(pairsOfWorlds, ([one, other]) => {
        const [from, to] = [schemaOf(one, style), schemaOf(other, style)]
        const candidates = renameCandidates(from, to, traits)
        const has = (side: Schema, path: string): boolean => side.tables.some(({ name }) => name === path)
        for (const { kind, score, ...rename } of candidates) {
          expect(score).toBeGreaterThan(0)
          expect(score).toBeLessThanOrEqual(1)
          expect(splitName(rename.from).length).toBeGreaterThan(0)
          if (kind === 'table') expect([has(from, rename.from), has(to, rename.from)]).toEqual([true, false])
        }
        expect(renameCandidates(from, to, traits)).toEqual(candidates)
        expect(renameCandidates(from, from, traits)).toEqual([])
      }),
      { numRuns: 200 },
    )
  })

  // Every pair compared with every other would not end within the test's time.
  it('come to an end even when everything changed', () => {
    const many = (prefix: string): Schema =>
      schema(
        Array.from({ length: 1500 }, (_, at) =>
          table(`${prefix}_${at}`, ['id integer', 'name text', `c${at % 400} text`]),
        ),
      )
    const [old, next] = [many('old'), many('new')]
    expect(renameCandidates(old, next, traits).length).toBeGreaterThan(0)
  })
})

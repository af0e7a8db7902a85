// The laws of operations: inverses, printing, and that nothing is half applied.
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { diff, simplify } from '../../src/diff/index.ts'
import { apply, applyAll, invert, invertAll, describe as line, sign, touches } from '../../src/operations/index.ts'
import { op } from '../../src/operations/op.ts'
import type { Operation } from '../../src/operations/operation.ts'
import { printOperations } from '../../src/operations/print.ts'
import { canonical, comparable, hashOf, sameSchema } from '../../src/schema/canonical.ts'
import { type Extra, emptySchema, type Json } from '../../src/schema/schema.ts'
import { databases } from './dialects.ts'
import { run } from './engine.ts'
import { pairsOfWorlds, schemaOf, worlds } from './random.ts'

// Property tests have much to do; a busy machine is no failure.
vi.setConfig({ testTimeout: 300_000 })

const style = { unnamed: false }
const [lenient, rigid] = [databases[0]!.traits, databases[1]!.traits]

/** Any text at all: quotes, backslashes, line ends, control characters, halves of characters, template marks. */
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc.string({
    unit: fc.constantFrom("'", '"', '`', '\\', '$', '{', '}', '\n', '\r', '\u2028', '\ud800', ' ', '\t', '\0'),
  }),
  fc.constantFrom(
    '__proto__',
    'constructor',
    "'; drop table x; --",
    '\u202egnp.exe',
    '*/',
    '</script>',
    '$' + '{1}',
    'a\r\nb ',
  ),
)
const json: fc.Arbitrary<Json> = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)))
const extra: fc.Arbitrary<Extra> = fc.dictionary(text, json)

const hostile: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({ up: text, down: text }).map(op.sql),
  fc.record({ up: text }).map(op.sql),
  fc.record({ table: text, from: text, to: text }).map(op.renameColumn),
  fc
    .record({ object: fc.record({ type: text, name: text, definition: text, values: fc.array(text), extra }) })
    .map(op.createObject),
  fc
    .record({
      table: text,
      column: fc.record({ name: text, type: text, nullable: fc.boolean(), default: text, extra }),
    })
    .map(op.addColumn),
  fc.record({ table: text, from: fc.record({ extra }), to: fc.record({ comment: text }) }).map(op.alterTable),
)

const evaluate = (source: string): Operation[] => new Function('op', `return [\n${source}\n]`)(op)

describe('printing', () => {
  it('gives TypeScript that evaluates to the same operations', () => {
    fc.assert(
      fc.property(pairsOfWorlds, ([one, other]) => {
        const operations = diff(schemaOf(one, style), schemaOf(other, style), { traits: rigid })
        expect(evaluate(printOperations(operations, 4))).toEqual(operations)
      }),
      { numRuns: 200 },
    )
  })

  it('lets no name or text be anything but data', () => {
    fc.assert(
      fc.property(fc.array(hostile, { maxLength: 4 }), (operations) => {
        const source = printOperations(operations, 2)
        const again = evaluate(source)
        expect(again).toEqual(operations)
        expect(JSON.stringify(again)).toBe(JSON.stringify(operations))
        // Nothing invisible, nothing that turns the reading direction around, no carriage return that a checkout could change.
        expect(source).not.toMatch(
          /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/u,
        )
        expect(source).not.toMatch(/[ \t]$/m)
      }),
      { numRuns: 1000 },
    )
  })

  it('keeps short operations on a line and breaks long ones as a formatter would', () => {
    const column = { name: 'avatar_url', type: 'varchar(255)', nullable: true }
    const table = { name: 'users', columns: [column, { ...column, name: 'b' }], constraints: [], indexes: [] }
    const source = printOperations(
      [
        op.addColumn({ table: 'users', column }),
        op.createTable({ table }),
        op.sql({ up: "update users set avatar_url = '/default.png' where avatar_url is null", down: '' }),
        op.createObject({ object: { type: 'view', name: 'v', definition: ' SELECT `id` \n   FROM "users";' } }),
      ],
      4,
    )
    expect(`\n${source}\n`).toBe(`
    op.addColumn({ table: 'users', column: { name: 'avatar_url', type: 'varchar(255)', nullable: true } }),
    op.createTable({
      table: {
        name: 'users',
        columns: [
          { name: 'avatar_url', type: 'varchar(255)', nullable: true },
          { name: 'b', type: 'varchar(255)', nullable: true },
        ],
        constraints: [],
        indexes: [],
      },
    }),
    op.sql({ up: "update users set avatar_url = '/default.png' where avatar_url is null", down: '' }),
    op.createObject({
      object: {
        type: 'view',
        name: 'v',
        definition: \` SELECT \\\`id\\\`\\x20
   FROM "users";\`,
      },
    }),
`)
  })

  it('refuses code, which a text cannot carry', () => {
    expect(() => printOperations([op.run({ up: () => {} })])).toThrow(
      expect.objectContaining({ code: 'REVISION_INVALID' }),
    )
  })
})

describe('inverses', () => {
  it('of inverses are the operations themselves', () => {
    fc.assert(
      fc.property(fc.array(hostile, { maxLength: 5 }), pairsOfWorlds, (some, [one, other]) => {
        const operations = [...some, ...diff(schemaOf(one, style), schemaOf(other, style), { traits: rigid })]
        for (const operation of operations) {
          const inverse = invert(operation)
          if (inverse !== null) expect(invert(inverse)).toEqual(operation)
        }
      }),
      { numRuns: 200 },
    )
  })

  it('of using and reverseUsing change places', () => {
    const from = { name: 'a', type: 'text', nullable: true }
    const to = { ...from, type: 'integer' }
    const alter = op.alterColumn({ table: 't', from, to, using: 'a::int' })
    expect(invert(alter)).toEqual(op.alterColumn({ table: 't', from: to, to: from, reverseUsing: 'a::int' }))
    expect(invert(invert(alter)!)).toEqual(alter)
  })

  it('are missing only where nothing can take the step back', () => {
    expect(invert(op.sql({ up: 'delete from a' }))).toBeNull()
    expect(invert(op.run({ up: () => {} }))).toBeNull()
    expect(invertAll([op.renameTable({ from: 'a', to: 'b' }), op.sql({ up: 'x' })])).toBeNull()
    expect(invertAll([op.renameTable({ from: 'a', to: 'b' }), op.sql({ up: 'x', down: '' })])).toEqual([
      op.sql({ up: '', down: 'x' }),
      op.renameTable({ from: 'b', to: 'a' }),
    ])
  })
})

describe('every operation', () => {
  it('says what changes, also where the kind of an identity stays', () => {
    const column = (start?: string) => ({
      name: 'id',
      type: 'integer',
      nullable: false,
      identity: { kind: 'always' as const, ...(start !== undefined && { options: { start } }) },
    })
    expect(line(op.alterColumn({ table: 't', from: column(), to: column('5') }))).toBe(
      'alter column t.id: options of identity (always)',
    )
  })

  it('is described on one line, has a sign, and touches what it says', () => {
    fc.assert(
      fc.property(fc.array(hostile), pairsOfWorlds, (some, [one, other]) => {
        for (const operation of [...some, ...diff(schemaOf(one, style), schemaOf(other, style), { traits: rigid })]) {
          expect(line(operation)).toMatch(/^[^\u0000-\u001f\u007f-\u009f\u2028\u2029]+$/u)
          const { creates, drops } = touches(operation)
          const renames = operation.kind.startsWith('rename')
          if (sign(operation) === '+') expect(creates.length > 0 && drops.length === 0).toBe(true)
          else if (sign(operation) === '-') expect(drops.length > 0 && creates.length === 0).toBe(true)
          else if (!renames) expect([creates, drops]).toEqual([[], []])
        }
      }),
      { numRuns: 200 },
    )
  })

  it('throws where it does not fit, and leaves the schema alone', () => {
    fc.assert(
      fc.property(pairsOfWorlds, ([one, other]) => {
        const from = schemaOf(one, style)
        const before = structuredClone(from)
        const operations = diff(from, schemaOf(other, style), { traits: lenient })
        applyAll(from, operations)
        expect(from).toEqual(before)
        for (const operation of operations) {
          // What is already gone or already there cannot go or come a second time.
          const twice = sign(operation) === '~' ? undefined : (): unknown => applyAll(from, [...operations, operation])
          const isMoved = operations.filter(
            (each) => JSON.stringify(touches(each)) === JSON.stringify(touches(operation)),
          )
          const undone = operations.some((each) =>
            touches(each).creates.some((ref) => touches(operation).drops.includes(ref)),
          )
          if (twice !== undefined && !undone && isMoved.length === 1) {
            expect(twice).toThrow(expect.objectContaining({ code: 'REVISION_INVALID' }))
          }
        }
      }),
      { numRuns: 100 },
    )
    const column = { name: 'a', type: 'text', nullable: true }
    for (const operation of [
      op.addColumn({ table: 'nowhere', column }),
      op.alterColumn({ table: 'nowhere', from: column, to: column }),
      op.renameTable({ from: 'nowhere', to: 'there' }),
      op.renameObject({ type: 'view', from: 'a', to: 'b' }),
      op.renameValue({ type: 'enum', name: 'a', from: 'b', to: 'c' }),
    ]) {
      expect(() => apply(emptySchema(), operation)).toThrow(expect.objectContaining({ code: 'REVISION_INVALID' }))
    }
  })
})

describe('the canonical form', () => {
  it('is a fixpoint and the same whatever the order of lists and keys', () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const schema = schemaOf(world, { unnamed: true })
        const once = canonical(schema)
        expect(canonical(once)).toEqual(once)
        const shuffled = {
          tables: schema.tables
            .toReversed()
            .map((table) => ({ ...table, constraints: table.constraints.toReversed() })),
          objects: schema.objects.toReversed().map((object) => ({ extra: {}, comment: '', ...object })),
          dependencies: [...schema.dependencies, ...schema.dependencies].reverse(),
        }
        expect(canonical(shuffled)).toEqual(once)
        expect(hashOf(canonical(shuffled))).toBe(hashOf(once))
        expect(sameSchema(shuffled, schema, { columnOrder: true })).toBe(true)
      }),
      { numRuns: 200 },
    )
  })

  it('tells apart what differs', () => {
    fc.assert(
      fc.property(pairsOfWorlds, ([one, other]) => {
        const [from, to] = [schemaOf(one, style), schemaOf(other, style)]
        expect(sameSchema(from, to, rigid)).toBe(diff(from, to, { traits: rigid }).length === 0)
      }),
      { numRuns: 300 },
    )
  })
})

describe('simplifying', () => {
  it('never changes the result, and what is left can still be executed', () => {
    fc.assert(
      fc.property(pairsOfWorlds, worlds, ([one, other], third) => {
        const [a, b] = [schemaOf(one, style), schemaOf(other, style)]
        const c = schemaOf({ ...other, change: third.change, share: 20 }, style)
        for (const traits of [lenient, rigid]) {
          const operations = [...diff(a, b, { traits }), ...diff(b, c, { traits })]
          const fewer = simplify(operations)
          expect(fewer.length).toBeLessThanOrEqual(operations.length)
          expect(comparable(run(a, fewer, traits), traits)).toEqual(comparable(applyAll(a, operations), traits))
          expect(simplify(fewer)).toEqual(fewer)
        }
      }),
      { numRuns: 300 },
    )
  })

  it('takes a name only after it was given up', () => {
    const table = { name: 't', columns: [{ name: 'a', type: 'text', nullable: true }], constraints: [], indexes: [] }
    const index = { name: 'i', unique: false, keys: [{ column: 'a' }] }
    const operations = [
      op.createTable({ table }),
      op.dropIndex({ table: 'u', index }),
      op.createIndex({ table: 't', index }),
    ]
    expect(simplify(operations)).toEqual(operations)
  })

  it('folds changes into what was made before them, and lets opposites vanish', () => {
    const column = { name: 'a', type: 'text', nullable: true }
    const table = { name: 't', columns: [column], constraints: [], indexes: [] }
    const other = { ...table, name: 'u' }
    const index = { name: 'i', unique: false, keys: [{ column: 'a' }] }
    expect(
      simplify([
        op.createTable({ table }),
        op.createTable({ table: other }),
        op.alterColumn({ table: 't', from: column, to: { ...column, type: 'integer' } }),
        op.createIndex({ table: 't', index }),
      ]),
    ).toEqual([
      op.createTable({ table: { ...table, columns: [{ ...column, type: 'integer' }], indexes: [index] } }),
      op.createTable({ table: other }),
    ])
    expect(simplify([op.createTable({ table }), op.dropTable({ table })])).toEqual([])
    const wall = [op.createTable({ table }), op.sql({ up: 'insert into t values (1)' }), op.dropTable({ table })]
    expect(simplify(wall)).toEqual(wall)
  })
})

// The laws of operations that look first: on nothing they make, on what they made they do nothing, and what differs is
// never passed over.
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { isGodwitError } from '../../src/errors.ts'
import { apply, applyAll, invert, resolve, respelled, specimen } from '../../src/operations/index.ts'
import { op } from '../../src/operations/op.ts'
import type { Ensure, EnsureInTable, Operation } from '../../src/operations/operation.ts'
import { printOperations } from '../../src/operations/print.ts'
import { gapBetween, reconciling } from '../../src/runner/reconcile.ts'
import { emptySchema, type Schema, type Table } from '../../src/schema/schema.ts'
import { databases } from './dialects.ts'
import { pairsOfWorlds, schemaOf, worlds } from './random.ts'

vi.setConfig({ testTimeout: 300_000 })

const style = { unnamed: false }
const lenient = databases[0]!.traits
const schemas = worlds.map((world) => schemaOf(world, style))

/** Every table, column, index and constraint of a schema, asked for by itself. */
const parts = ({ tables }: Schema): Ensure[] =>
  tables.flatMap((table) => [
    op.ensureTable({ table }),
    ...table.columns.map((column) => op.ensureColumn({ table: table.name, column })),
    ...table.columns.map(({ name, type }) => op.ensureColumnType({ table: table.name, column: name, type })),
    ...table.indexes.map((index) => op.ensureIndex({ table: table.name, index })),
    ...table.constraints.map((constraint) => op.ensureConstraint({ table: table.name, constraint })),
  ])

const codeOf = (work: () => unknown): string => {
  try {
    work()
    return 'none'
  } catch (error) {
    return isGodwitError(error) ? error.code : 'another error'
  }
}

describe('operations that look first', () => {
  it('make on nothing what create makes', () => {
    fc.assert(
      fc.property(schemas, ({ tables }) => {
        const made = applyAll(
          emptySchema(),
          tables.map((table) => op.ensureTable({ table })),
        )
        expect(made).toEqual(
          applyAll(
            emptySchema(),
            tables.map((table) => op.createTable({ table })),
          ),
        )
      }),
      { numRuns: 150 },
    )
  })

  it('change nothing where everything is there', () => {
    fc.assert(
      fc.property(schemas, (schema) => {
        for (const each of parts(schema)) {
          expect(resolve(schema, each)).toEqual({ outcome: 'found', more: [] })
          expect(apply(schema, each)).toBe(schema)
        }
      }),
      { numRuns: 150 },
    )
  })

  it('add one missing column or index, and the way back takes it away again', () => {
    fc.assert(
      fc.property(schemas, ({ tables }) => {
        for (const table of tables) {
          const bare: Schema = { ...emptySchema(), tables: [{ ...table, indexes: [], constraints: [] }] }
          for (const index of table.indexes) {
            const ensure = op.ensureIndex({ table: table.name, index })
            const back = invert(ensure)
            expect(back === null ? back : apply(apply(bare, ensure), back)).toEqual(bare)
          }
          const last = table.columns.at(-1)
          if (last === undefined || table.columns.length < 2) continue
          const lacking: Schema = {
            ...emptySchema(),
            tables: [{ ...table, columns: table.columns.slice(0, -1), indexes: [], constraints: [] }],
          }
          const ensure = op.ensureColumn({ table: table.name, column: last })
          const back = invert(ensure)
          expect(apply(lacking, ensure)).toEqual(bare)
          expect(back === null ? back : apply(bare, back)).toEqual(lacking)
        }
      }),
      { numRuns: 100 },
    )
  })

  it('refuse what differs, and name it', () => {
    const changed = (table: Table): Operation[] => [
      ...table.columns.map((column) =>
        op.ensureColumn({ table: table.name, column: { ...column, nullable: !column.nullable } }),
      ),
      ...table.columns.map((column) =>
        op.ensureTable({
          table: { ...table, columns: table.columns.map((each) => (each === column ? { ...each, type: 'x' } : each)) },
        }),
      ),
      ...table.indexes.map((index) =>
        op.ensureIndex({ table: table.name, index: { ...index, unique: !index.unique } }),
      ),
      op.ensureTable({ table: { ...table, columns: [...table.columns, { name: '!', type: 'x', nullable: true }] } }),
    ]
    fc.assert(
      fc.property(schemas, (schema) => {
        for (const table of schema.tables) {
          for (const each of changed(table)) expect(codeOf(() => apply(schema, each))).toBe('ENSURE_DIFFERENT')
        }
      }),
      { numRuns: 100 },
    )
  })

  it('are the same after the engine has spelled them, where it spells them as they were', () => {
    const inTable = (each: Ensure): each is EnsureInTable => each.kind !== 'ensureObject'
    fc.assert(
      fc.property(schemas, (schema) => {
        for (const each of parts(schema).filter(inTable)) {
          expect(respelled(each, specimen(schema, each))).toEqual(each)
        }
      }),
      { numRuns: 100 },
    )
  })

  it('print as TypeScript that evaluates to the same', () => {
    const evaluate = (source: string): Operation[] => new Function('op', `return [\n${source}\n]`)(op)
    fc.assert(
      fc.property(schemas, (schema) => {
        const operations = parts(schema)
        expect(evaluate(printOperations(operations))).toEqual(operations)
      }),
      { numRuns: 60 },
    )
  })
})

describe('what lies between a database and its revisions', () => {
  it('is nothing from a schema to itself, and what lacks from nothing', () => {
    fc.assert(
      fc.property(schemas, (schema) => {
        expect(gapBetween(schema, schema, lenient)).toEqual({
          lacking: [],
          different: [],
          only: [],
          moves: [],
          operations: [],
        })
        const all = gapBetween(emptySchema(), schema, lenient)
        expect([all.different, all.only]).toEqual([[], []])
      }),
      { numRuns: 100 },
    )
  })

  it('never holds an operation that drops a table or a column of the database', () => {
    fc.assert(
      fc.property(pairsOfWorlds, ([one, other]) => {
        const [live, wanted] = [schemaOf(one, style), schemaOf(other, style)]
        const gap = gapBetween(live, wanted, lenient)
        const fixed = gap.different.some(({ alterable }) => !alterable)
        const drops = reconciling(gap, wanted).filter(({ kind }) => kind === 'dropTable' || kind === 'dropColumn')
        if (!fixed) expect(drops).toEqual([])
      }),
      { numRuns: 200 },
    )
  })
})

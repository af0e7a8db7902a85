// What models cannot say is left alone, and goes only with what it stands on.
import { expect, test } from 'vitest'
import type { Schema, Table } from '../src/schema/schema.ts'
import { drizzle, keepUnspoken } from '../src/sources/index.ts'

const vocabulary = drizzle('x.ts').vocabulary!
const table = (name: string, more: Partial<Table> = {}): Table => ({
  name,
  columns: [{ name: 'id', type: 'text', nullable: true }],
  constraints: [],
  indexes: [],
  ...more,
})
const schema = (more: Partial<Schema>): Schema => ({ tables: [], objects: [], dependencies: [], ...more })

test('objects of other types stay, those of the vocabulary go', () => {
  const known = schema({
    tables: [table('a')],
    objects: [
      { type: 'function', name: 'touch()', definition: 'x' },
      { type: 'trigger', name: 'touch', table: 'a', definition: 'x' },
      { type: 'view', name: 'v', definition: 'x' },
    ],
    dependencies: [{ from: 'trigger a.touch', to: 'function touch()' }],
  })
  const result = keepUnspoken(schema({ tables: [table('a')] }), known, vocabulary)
  expect(result.objects.map(({ type }) => type)).toEqual(['function', 'trigger'])
  expect(result.dependencies).toEqual(known.dependencies)
})

test('what stands on something that went goes too, round by round', () => {
  const known = schema({
    tables: [table('a'), table('b')],
    objects: [
      { type: 'trigger', name: 'touch', table: 'b', definition: 'x' },
      { type: 'function', name: 'f()', definition: 'x' },
      { type: 'function', name: 'g()', definition: 'x' },
    ],
    dependencies: [
      { from: 'function g()', to: 'function f()' },
      { from: 'function f()', to: 'column b.id' },
      { from: 'function f()', to: 'function pg_catalog.now()' },
    ],
  })
  expect(keepUnspoken(schema({ tables: [table('a')] }), known, vocabulary).objects).toEqual([])
})

test('comments, collations, unknown extras and constraints stay; spoken ones follow the models', () => {
  const old = table('a', {
    comment: 'about a',
    columns: [
      { name: 'id', type: 'text', nullable: true, collation: 'C', comment: 'about id', extra: { storage: 'main' } },
    ],
    constraints: [
      { name: 'x', type: 'exclude', columns: ['id'], expression: 'id with =' },
      { name: 'u', type: 'unique', columns: ['id'], extra: { nullsNotDistinct: true, deferrable: true } },
    ],
    extra: { rowSecurity: true, options: { fillfactor: '70' } },
  })
  const models = table('a', { constraints: [{ name: 'u', type: 'unique', columns: ['id'] }] })
  const [kept] = keepUnspoken(schema({ tables: [models] }), schema({ tables: [old] }), vocabulary).tables
  expect(kept).toEqual({
    ...old,
    constraints: [{ name: 'u', type: 'unique', columns: ['id'], extra: { deferrable: true } }, old.constraints[0]],
    extra: { options: { fillfactor: '70' } },
  })
})

test('what a project makes by hand is left alone although the models could say it', () => {
  const known = schema({
    tables: [table('a', { extra: { rowSecurity: true } })],
    objects: [{ type: 'policy', name: 'own', table: 'a' }],
  })
  const models = schema({ tables: [table('a')] })
  expect(keepUnspoken(models, known, vocabulary)).toBe(models)
  expect(keepUnspoken(models, known, drizzle('x.ts', { handmade: ['policy'] }).vocabulary!)).toEqual(known)
})

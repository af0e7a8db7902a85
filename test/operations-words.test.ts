// What changes about a column, in words: also what only its dialect knows.
import { expect, test } from 'vitest'
import { columnChanges } from '../src/operations/words.ts'
import type { Column } from '../src/schema/schema.ts'

const column: Column = { name: 'a', type: 'timestamp', nullable: true }

test.each([
  [{ onUpdate: 'current_timestamp()' }, 'on update none -> current_timestamp()'],
  [{ invisible: true }, 'invisible none -> true'],
  [{ statistics: 100, storage: 'main' }, 'statistics none -> 100, storage none -> main'],
  // More than one value: that it differs.
  [{ notNull: { name: 'x' } }, 'not null'],
])('%j', (extra, words) => {
  expect(columnChanges(column, { ...column, extra })).toBe(words)
})

test('back, the two sides are exchanged', () => {
  const from = { ...column, extra: { onUpdate: 'current_timestamp()' } }
  expect(columnChanges(from, column)).toBe('on update current_timestamp() -> none')
  expect(columnChanges(from, from)).toBe('no change')
})

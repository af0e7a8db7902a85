// What people read of operations that look first, in the terminal and in the log of a start.
import { expect, test } from 'vitest'
import { plainProgress } from '../src/cli/progress.ts'
import { ensuredWords, tenths } from '../src/runner/ensured-words.ts'
import type { RunnerEvent } from '../src/runner/events.ts'
import { linesFor } from '../src/startup/log.ts'

const text = 'ensure column staff.name varchar(40)'

test('each outcome has its words', () => {
  expect(ensuredWords({ operation: 0, outcome: 'found', text, more: ['column staff.notes'] })).toBe(
    'already there, left alone: column staff.name varchar(40); beside what was asked for: column staff.notes',
  )
  expect(ensuredWords({ operation: 0, outcome: 'made', text })).toBe('was missing, made: column staff.name varchar(40)')
  expect(
    ensuredWords({ operation: 0, outcome: 'filled', text: 'fill a.b', rows: 1, left: 2, by: 'batches along (id)' }),
  ).toBe('filled 1 row, 2 still NULL (batches along (id)): fill a.b')
  expect(ensuredWords({ operation: 0, outcome: 'kept', text })).toBe(`left as it is: ${text}`)
})

test('a log gets a line for each tenth of a backfill, not for each batch', () => {
  const isWorthALine = tenths()
  const shown = Array.from({ length: 100 }, (_, at) => at + 1).filter((done) =>
    isWorthALine({ revision: 'r', column: 'c', done, total: 100 }),
  )
  expect(shown).toEqual([1, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100])
})

test('the terminal without a moving line, and the log of a start, say it', () => {
  const lines: string[] = []
  const events: RunnerEvent[] = [
    { type: 'backfill', revision: 'r1', table: 'staff', column: 'name', done: 1000, total: 2500 },
    { type: 'ensured', revision: 'r1', operation: 0, outcome: 'made', text },
  ]
  const terminal = plainProgress((line) => lines.push(line))
  for (const event of events) terminal.show(event)
  expect(lines.join('')).toMatch(/r1: filling staff\.name: 1000 of about 2500 rows/)
  const log: string[] = []
  const write = (line: string): number => log.push(line)
  const start = linesFor({ info: write, warn: write, error: write })
  for (const event of events) start.event(event)
  expect(log.join('\n')).toMatch(
    /filling staff\.name: 1000 of about 2500 rows[\s\S]*was missing, made: column staff\.name/,
  )
})

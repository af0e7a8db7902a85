// What the terminal shows: aligned, and harmless whatever a name holds.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { plainInvocation } from '../src/cli/invocation.ts'
import { parse } from '../src/cli/parse.ts'
import { liveProgress, plainProgress } from '../src/cli/progress.ts'
import { bugText, errorText } from '../src/cli/text/error.ts'
import { ago, clean, cleanLines, createUi, duration, plural, table, width } from '../src/cli/text/ui.ts'
import { GodwitError } from '../src/errors.ts'

const ui = createUi(false, new Date('2026-01-02T03:04:05Z'))

describe('names', () => {
  test.each([
    ['\u001b[31mred', '\\u001b[31mred'],
    ['a\u202eb', 'a\\u202eb'],
    ['line\nbreak\r\t', 'line\\nbreak\\r\\t'],
    ['\u009b31m', '\\u009b31m'],
    ['😀 ünïcode 名', '😀 ünïcode 名'],
  ])('%j', (name, shown) => {
    expect(clean(name)).toBe(shown)
  })

  test('text of several lines keeps its lines', () => {
    expect(cleanLines('a\r\nb\u001b[2J\tc')).toBe('a\nb\\u001b[2J\tc')
  })
})

describe('tables', () => {
  test('columns stand below each other, numbers to the right, nothing trails', () => {
    const text = table(
      [
        ['a', '1', 'x'],
        ['longer', '100', ''],
        ['名前', '5', 'z'],
      ],
      { right: [1], indent: 2 },
    )
    expect(text).toBe('  a         1  x\n  longer  100\n  名前      5  z')
  })

  test('width counts what is seen', () => {
    expect([width('abc'), width('\u001b[31mabc\u001b[39m'), width('名前'), width('😀'), width('e\u0301')]).toEqual([
      3, 3, 4, 2, 1,
    ])
  })
})

describe('numbers', () => {
  test('durations, times, amounts', () => {
    expect([duration(3.2), duration(1234), duration(184_000)]).toEqual(['3 ms', '1.2 s', '3 min 4 s'])
    expect(ago('2026-01-02T03:04:02Z', ui.now)).toBe('just now')
    expect(ago('2026-01-02T01:04:05Z', ui.now)).toBe('2 hours ago')
    expect(ago('2025-01-02T01:04:05Z', ui.now)).toBe('1 year ago')
    expect(ago('not a time\u001b', ui.now)).toBe('not a time\\u001b')
    expect([plural(1, 'table'), plural(1200, 'index', 'indexes')]).toEqual(['1 table', '1,200 indexes'])
  })
})

describe('errors', () => {
  test('what, why, where with a caret, what to do', () => {
    const error = new GodwitError('SQL_SYNTAX', 'It is broken.', {
      why: 'Because.\nReally.',
      fix: 'Mend it.',
      place: { file: 'a.sql', line: 12, column: 8, text: 'create\ttabel x' },
    })
    expect(errorText(error, ui)).toBe(
      'error SQL_SYNTAX: It is broken.\n  Because.\n  Really.\n  at a.sql:12:8\n  12 | create tabel x\n     |        ^\n→ Mend it.',
    )
  })

  test('the caret stands right behind wide characters', () => {
    const text = errorText(new GodwitError('SQL_SYNTAX', 'x', { place: { line: 1, column: 3, text: '名前x' } }), ui)
    const [, , line = '', caret = ''] = text.split('\n')
    expect(width(caret) - 1).toBe(width(line.slice(0, line.indexOf('x'))))
  })

  test('a bug says how to report it', () => {
    expect(bugText(new TypeError('oh'), '1.2.3', ui)).toMatch(
      /BUG.*\n.*TypeError: oh[\s\S]*npm bugs godwit[\s\S]*godwit 1\.2\.3, Node/,
    )
  })
})

describe('plain command lines are understood as the parser does', () => {
  test.each([
    ['upgrade'],
    ['status --json'],
    ['upgrade -q --no-color'],
    ['current --url sqlite:x.db --config a.ts'],
    ['plan --quiet --json'],
  ])('%s', async (line) => {
    const plain = await plainInvocation(line.split(' '))
    expect(plain).toEqual(await parse(line.split(' '), '0.0.0'))
  })

  test.each([
    'migrate',
    'upgrade head',
    'show',
    'upgrade --sql',
    'upgrade --url',
    'upgrade --url --json',
    'nothing',
    '--json upgrade',
    'upgrade --help',
  ])('%s is left to it', async (line) => {
    expect(await plainInvocation(line.split(' '))).toBeUndefined()
  })
})

describe('progress', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })
  const screen = () => {
    const stream = {
      columns: 60,
      written: '',
      write(text: string | Uint8Array): boolean {
        stream.written += String(text)
        return true
      },
    }
    return stream
  }

  test('a moving line with a bar, cut to the width; what matters stays; nothing is left behind', () => {
    const stream = screen()
    const progress = liveProgress(stream)
    progress.show({ type: 'plan', direction: 'up', revisions: ['a', 'b', 'c', 'd'] })
    progress.show({
      type: 'step started',
      revision: 'a',
      message: 'x\u001b'.repeat(50),
      direction: 'up',
      index: 0,
      total: 4,
      statements: 1,
    })
    progress.show({ type: 'step finished', revision: 'a', direction: 'up', index: 0, total: 4, duration: 5 })
    vi.advanceTimersByTime(400)
    expect(stream.written).toMatch(/█████░{15} 1\/4 Upgrading a x\\u001bx.*…/)
    const lines = stream.written.split(/\r|\n/).map((line) => line.replace('\u001b[K', ''))
    expect(Math.max(...lines.map(width))).toBeLessThan(60)
    progress.show({ type: 'warning', message: 'mind this' })
    progress.end()
    expect(stream.written).toContain('warning: mind this\n')
    expect(stream.written.endsWith('\n') || stream.written.endsWith('\r\u001b[K')).toBe(true)
    const length = stream.written.length
    vi.advanceTimersByTime(200)
    expect(stream.written.length).toBe(length)
  })

  test('quick work shows nothing', () => {
    const stream = screen()
    const progress = liveProgress(stream)
    progress.show({ type: 'working', message: 'a moment' })
    progress.end()
    vi.advanceTimersByTime(200)
    expect(stream.written).toBe('')
  })

  test('without a terminal: one line about waiting, every warning', () => {
    let written = ''
    const progress = plainProgress((text) => {
      written += text
    })
    for (const waited of [1000, 2000])
      progress.show({ type: 'lock waiting', holder: { pid: 7, host: 'other' }, waited })
    progress.show({ type: 'working', message: 'quietly' })
    progress.show({ type: 'warning', message: 'postgres://u:canary-pw@h/d is far away' })
    expect(written).toBe(
      'Waiting for another runner to finish (other, process 7), 1.0 s so far.\nwarning: postgres://u:***@h/d is far away\n',
    )
  })
})

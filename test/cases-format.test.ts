// The format of case files: what is read, and what is refused.
import { describe, expect, test } from 'vitest'
import { parseCase, parseExpectations } from './support/cases.ts'

describe('a case file', () => {
  test('has a description and sections', () => {
    const item = parseCase(
      'x/postgres/a.case',
      '-- about\n-- requires 15\n\n-- before\na;\n-- not a section\n\n-- after\nb;\n',
    )
    expect(item).toMatchObject({ dialect: 'postgres', name: 'a', requires: 15 })
    expect([...item.sections]).toEqual([
      ['before', 'a;\n-- not a section'],
      ['after', 'b;'],
    ])
  })
  test.each(['select 1', '-- before\n-- before', '-- only a comment'])('refuses %j', (text) => {
    expect(() => parseCase('x/y/z.case', text)).toThrow('x/y/z.case')
  })
  test('holds expectations', () => {
    expect(parseExpectations('-- c\nselect \'=> \' as a => [{"a":"=> "}]')).toEqual([
      { query: "select '=> ' as a", rows: [{ a: '=> ' }] },
    ])
    expect(() => parseExpectations('select 1')).toThrow('query => [rows]')
  })
})

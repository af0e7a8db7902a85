// A default that is a plain value is printed alike when its own print is read again: it need not be spelled anew.
import { expect, it } from 'vitest'
import { dialectNamed } from '../../src/dialects/index.ts'
import { isLiteral } from '../../src/runner/texts.ts'
import { describeEach, mysqlAnswers, mysqlServer } from '../support/databases.ts'

const engines = [
  {
    name: 'postgres',
    options: {},
    columns: `a integer default 7, b bigint default 0, c text default 'it''s', d varchar(20) default 'x', e char(9) default 'y', f boolean default true,
      g numeric(12, 2) default 1, h jsonb default '{}', i date default '2020-01-01', j timestamptz default '2020-01-01', k double precision default 2, l uuid default '00000000-0000-0000-0000-000000000000', m text[] default '{}', n smallint default '3', o interval default '1 day'`,
  },
  { name: 'sqlite', options: {}, columns: "a integer default 7, c text default 'it''s', f boolean default true" },
  {
    name: 'mysql',
    answers: await mysqlAnswers(),
    options: { target: `${mysqlServer}/mysql` },
    columns:
      "a int default 7, b bigint default '0', c varchar(20) default 'it''s', f boolean default true, i date default '2020-01-01'",
  },
]

describeEach(engines)('$name', ({ name, options, columns }) => {
  it('prints a plain value as it was read', async () => {
    const dialect = await dialectNamed(name)
    await using shadow = await dialect.openShadow(options)
    const defaults = (body: string): Promise<[string, string, string][]> =>
      shadow.scratch(async (connection) => {
        await shadow.load(connection, [`create table t (${body})`])
        const { tables } = await dialect.inspect(connection)
        return (tables[0]?.columns ?? []).map((each) => [each.name, each.type, each.default ?? ''])
      })
    const first = await defaults(columns)
    const plain = first.filter(([, , text]) => isLiteral(text))
    expect(plain.length).toBeGreaterThan(2)
    const again = await defaults(plain.map(([column, type, text]) => `${column} ${type} default ${text}`).join(', '))
    expect(again).toEqual(plain)
  })
})

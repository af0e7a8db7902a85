// `diff`: prints the way from one state to another.

import { reading } from '../dialects/index.ts'
import type { Operation } from '../operations/operation.ts'
import { vocabularyOf } from '../sources/index.ts'
import { type Change, changes } from './changes.ts'
import { command } from './command.ts'
import { checkUrl } from './context.ts'
import { difference } from './difference.ts'
import { scriptText } from './sql-text.ts'
import { dialectOfStates, parseState, schemaOf } from './states.ts'

export interface DiffReport {
  equal: boolean
  dialect: string
  changes: Change[]
  operations: Operation[]
  /** The way in the format that was asked for; empty where there is no difference. */
  script: string
  /** What looks like a rename and was taken for none. */
  hints: string[]
}

/** Named with a suffix, because `diff` is the function that compares. */
export const diffCommand = command({
  name: 'diff',
  summary: 'print the way from one state to another',
  description: `Prints the SQL that leads from one state to another, fit for the database's own client; nothing where there is no
difference. A state is a database URL, a .sql file or a folder of them, or one of: database (the configured one), revisions,
models, empty. The dialect is that of a URL, of --dialect, of --shadow, or of the configuration.

Grants and default privileges are compared where both states are databases, SQL files or empty; where one is models or
revisions, only if the configuration says \`grants: true\`. Pass --no-grants to leave them alone.

A column that has another name now is dropped and added, unless --rename says that it is the same one.`,
  examples: [
    { line: 'godwit diff --from database --to models', does: 'what the database lacks' },
    { line: 'godwit diff --from "$STAGING_URL" --to "$PRODUCTION_URL"', does: 'how two databases differ' },
    { line: 'godwit diff --from empty --to schema.sql', does: 'a whole schema, in the right order' },
    { line: 'godwit diff --from database --to models --exit-code', does: 'exit with 3 where they differ' },
  ],
  arguments: [],
  flags: {
    from: { type: 'text', value: 'state', summary: 'where to start', required: true },
    to: { type: 'text', value: 'state', summary: 'where to go', required: true },
    format: {
      type: 'text',
      value: 'format',
      choices: ['sql', 'ts', 'json'],
      summary: 'sql (the default), ts (operations of a revision file) or json',
    },
    rename: {
      type: 'list',
      value: 'from=to',
      summary: 'a rename: t.a=t.b for a column, a=b for a table; may be repeated',
    },
    dialect: { type: 'text', value: 'name', summary: 'the dialect, where no URL tells it' },
    shadow: { type: 'text', value: 'url', summary: 'a server for the shadow database' },
    grants: { type: 'boolean', default: true, summary: 'leave grants and default privileges alone' },
    exitCode: { type: 'boolean', summary: 'exit with 3 where there is a difference' },
  },
  writes: 'nothing',
  async run(context, input): Promise<DiffReport> {
    const { from, to, format = 'sql', rename = [], dialect: named, shadow } = input
    if (shadow !== undefined) checkUrl(shadow)
    const start = await parseState(context, from, '--from')
    const goal = await parseState(context, to, '--to')
    const whole = [start, goal].every(({ kind }) => kind !== 'models' && kind !== 'revisions')
    const grants = input.grants !== false && (whole || (await context.config()).grants)
    const dialect = reading(await dialectOfStates(context, [start, goal], { dialect: named, shadow }), { grants })
    const database = [start, goal].find((state) => state.kind === 'database')
    const place = { shadow, beside: database?.url }
    const left = await schemaOf(context, start, dialect, place)
    const right = await schemaOf(context, goal, dialect, place)
    const spelling = await context.spelling(dialect, place)
    const vocabulary = goal.kind === 'models' ? vocabularyOf((await context.config()).sources) : undefined
    const { operations, before, open } = await difference({
      dialect,
      spelling,
      from: left,
      to: right,
      vocabulary,
      ignore: (await context.config()).ignore,
      // Two databases, or files of SQL, are compared as they are.
      tools: !whole,
      rename,
    })
    return {
      equal: operations.length === 0,
      dialect: dialect.name,
      changes: changes(operations),
      operations,
      script: await print(operations, format, () => scriptText(dialect, operations, before)),
      hints: open.map((flag) => `it looks like a rename; to keep the data, pass --rename ${flag}`),
    }
  },
  outcome: ({ equal }, { exitCode }) => (exitCode && !equal ? 3 : 0),
})

async function print(operations: Operation[], format: 'sql' | 'ts' | 'json', sql: () => string): Promise<string> {
  if (operations.length === 0) return ''
  if (format === 'json') return `${JSON.stringify(operations, null, 2)}\n`
  if (format === 'sql') return sql()
  const { printOperations } = await import('../operations/print.ts')
  return `${printOperations(operations)}\n`
}

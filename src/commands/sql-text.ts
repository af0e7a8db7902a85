// Operations as SQL text, for files and for the database's own client.
import type { Dialect } from '../dialects/dialect.ts'
import type { Operation } from '../operations/operation.ts'
import type { Statement } from '../operations/statement.ts'
import type { Schema } from '../schema/schema.ts'

/** A text and whether all of it can run inside one transaction. */
export interface SqlText {
  sql: string
  transactional: boolean
  /** One by one, as they were rendered. */
  statements: string[]
}

/** One statement after the other, each ended, notes as comments above. No transaction is opened. */
export function sqlText(dialect: Dialect, operations: readonly Operation[], before: Schema): SqlText {
  const statements = dialect.render(operations, { before, purpose: 'script' })
  return {
    sql: statements.map(statementText).join('\n'),
    transactional: statements.every(({ transactional }) => transactional),
    statements: statements.map(({ sql }) => sql),
  }
}

/** A statement as text, ended by a semicolon. */
export function statementText({ sql, note }: Pick<Statement, 'sql' | 'note'>): string {
  const body = sql.trimEnd()
  // After a comment at the very end, a semicolon would be part of it.
  const lastLine = body.slice(body.lastIndexOf('\n') + 1)
  const end = body.endsWith(';') ? '' : lastLine.includes('--') ? '\n;' : ';'
  return `${note === undefined ? '' : `-- ${note.replaceAll(/\s+/g, ' ')}\n`}${body}${end}`
}

/** The text that carries the operations out: one transaction around each run of statements that can share one. */
export function scriptText(dialect: Dialect, operations: readonly Operation[], before: Schema): string {
  const statements = dialect.render(operations, { before, purpose: 'script' })
  const parts: string[] = []
  for (let at = 0; at < statements.length; ) {
    const first = statements[at]
    if (first === undefined) break
    if (!first.transactional) {
      parts.push(statementText(first))
      at++
      continue
    }
    const end = statements.findIndex((statement, index) => index > at && !statement.transactional)
    const group = statements.slice(at, end < 0 ? undefined : end)
    const { before: outside, begin, commit, after } = dialect.bracket(group, { lockTimeout: 0 })
    const lines = [...outside, ...begin].map((sql) => statementText({ sql }))
    for (const one of group.map(statementText)) lines.push(one)
    lines.push(...[commit, ...after].filter((sql) => sql !== '').map((sql) => statementText({ sql })))
    parts.push(lines.join('\n'))
    at += group.length
  }
  const head = dialect.scriptHead?.(statements.map(({ sql }) => sql))
  return parts.length === 0 ? '' : `${head === undefined ? '' : `${head}\n`}${parts.join('\n')}\n`
}

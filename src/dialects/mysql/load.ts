// Runs statements on a scratch database, which lives on a real server beside real databases: nothing may reach out of it.
import { GodwitError } from '../../errors.ts'
import type { Asked, Connection } from '../dialect.ts'
import { settings } from './connect.ts'
import { explain } from './explain.ts'
import { nameOf, tokens } from './lexer.ts'
import { splitText } from './split.ts'

/**
 * Runs them one by one. Statements about accounts, databases and the server itself are left out; what is written into
 * another database is refused. Errors: SQL_SYNTAX, STATEMENT_FAILED, SHADOW_FAILED.
 */
export async function load(connection: Connection, statements: readonly string[]): Promise<void> {
  try {
    for (const text of statements) {
      for (const { sql, control } of splitText(text)) {
        if (control || reachesOut(sql)) continue
        refuseOthers(sql, connection.location.database)
        await run(connection, withoutAlgorithm(sql))
      }
    }
  } finally {
    // A dump switches modes and checks, and not every one switches them back.
    await connection.execute(settings(connection.version).join(';')).catch(() => undefined)
  }
}

/** Runs our own statements as a run does: in the ways they ask for, and a copy only of a table that has no other. */
export async function carryOut(connection: Connection, statements: readonly Asked[]): Promise<void> {
  for (const { sql, otherwise = [], resort } of statements) {
    const ways = [sql, ...otherwise]
    let refused: unknown
    for (const way of ways) {
      refused = await run(connection, way).then(
        () => undefined,
        (error: unknown) => error,
      )
      if (refused === undefined || !isUnsupported(refused)) break
    }
    if (refused === undefined) continue
    const isLast = resort !== undefined && isUnsupported(refused)
    if (!isLast || (await connection.query(resort.only)).length === 0) throw refused
    await run(connection, resort.sql)
  }
}

const isUnsupported = (error: unknown): boolean =>
  error instanceof GodwitError && error.underlying !== undefined && explain(error.underlying).kind === 'unsupported'

async function run(connection: Connection, sql: string): Promise<void> {
  try {
    await connection.execute(sql)
  } catch (error) {
    if (!namesMissingParent(error)) throw statementError(error, sql)
    // Models come in any order: a table may point at one that comes later.
    try {
      await connection.execute('set session foreign_key_checks = 0')
      await connection.execute(sql)
    } catch (again) {
      throw statementError(again, sql)
    } finally {
      await connection.execute('set session foreign_key_checks = 1')
    }
  }
}

const PARENT = new Set(['1005', '1215', '1824'])
const namesMissingParent = (error: unknown): boolean => PARENT.has(explain(error).state ?? '')

// Of texts that others wrote, only the outcome is wanted: rows are few here and nobody else is about.
const withoutAlgorithm = (sql: string): string => sql.replace(/,\s*ALGORITHM=\w+, LOCK=\w+$/, '')

const ACCOUNTS = new Set(['USER', 'ROLE', 'SERVER', 'DATABASE', 'SCHEMA', 'TABLESPACE', 'LOGFILE', 'UNDO', 'INSTANCE'])
const SERVER = new Set(
  'GRANT REVOKE FLUSH RESET PURGE CHANGE START STOP KILL SHUTDOWN RESTART INSTALL UNINSTALL LOCK UNLOCK BACKUP CLONE'.split(
    ' ',
  ),
)

/** Whether a statement is about something outside of one database. */
function reachesOut(sql: string): boolean {
  const words = tokens(sql)
    .slice(0, 6)
    .filter(({ kind }) => kind === 'word')
    .map(({ text }) => text.toUpperCase())
  const [first = '', second = '', third = ''] = words
  if (SERVER.has(first)) return true
  if (first === 'SET') return ['GLOBAL', 'PERSIST', 'PERSIST_ONLY', 'PASSWORD', 'ROLE', 'DEFAULT'].includes(second)
  const verb = first === 'CREATE' || first === 'ALTER' || first === 'DROP' || first === 'RENAME'
  return verb && (ACCOUNTS.has(second) || (second === 'OR' && ACCOUNTS.has(words[3] ?? third)))
}

/** Words in front of the name of what a statement writes to. */
const BEFORE_TARGET = new Set(
  'INTO UPDATE FROM TABLE VIEW PROCEDURE FUNCTION TRIGGER EVENT SEQUENCE EXISTS TRUNCATE ON IGNORE REPLACE'.split(' '),
)
const WRITES = new Set('INSERT REPLACE UPDATE DELETE TRUNCATE CREATE ALTER DROP RENAME LOAD CALL'.split(' '))

function refuseOthers(sql: string, own: string): void {
  const list = tokens(sql).filter(({ kind }) => kind !== 'versioned')
  if (!WRITES.has(list[0]?.text.toUpperCase() ?? '')) return
  // The target is named before any parenthesis, body or query begins.
  for (const [at, token] of list.entries()) {
    const word = token.text.toUpperCase()
    if (token.text === '(' || word === 'SELECT' || word === 'SET' || word === 'BEGIN') return
    if (token.kind !== 'word' || !(BEFORE_TARGET.has(word) || (at === 0 && word === 'CALL'))) continue
    const name = list[at + 1]
    if (name === undefined || list[at + 2]?.text !== '.' || nameOf(name) === own) continue
    throw new GodwitError('SHADOW_FAILED', `A statement writes into another database: ${nameOf(name)}.`, {
      why: `On the shadow it would have changed the real one. The statement: ${sql.slice(0, 400)}`,
      fix: "Name things without their database: the connection's own one is meant then.",
      data: { sql },
    })
  }
}

function statementError(error: unknown, sql: string): GodwitError {
  const { kind, message, hint, offset } = explain(error, { sql })
  const shown = sql.length > 400 ? `${sql.slice(0, 400)}…` : sql
  if (kind === 'syntax' && offset !== undefined) {
    const before = sql.slice(0, offset)
    const begin = before.lastIndexOf('\n') + 1
    const end = sql.indexOf('\n', offset)
    return new GodwitError('SQL_SYNTAX', `SQL syntax error: ${message}.`, {
      fix: 'Correct the text at the place that is shown.',
      place: {
        line: before.split('\n').length,
        column: offset - begin + 1,
        text: sql.slice(begin, end < 0 ? undefined : end),
      },
      cause: error,
    })
  }
  return new GodwitError('STATEMENT_FAILED', `A statement failed on the shadow database: ${message}.`, {
    why: `The statement: ${shown}`,
    ...(hint === undefined ? {} : { fix: hint }),
    data: { sql },
    cause: error,
  })
}

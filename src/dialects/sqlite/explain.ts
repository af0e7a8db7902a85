// What the engine's errors mean, whichever driver they came through.
import type { Failure, FailureKind } from '../dialect.ts'
import { lex, nameOf } from './lexer.ts'

// Primary result codes (sqlite.org/rescode.html) that we tell apart.
const CODES = new Map([
  [1, 'SQLITE_ERROR'],
  [3, 'SQLITE_PERM'],
  [5, 'SQLITE_BUSY'],
  [6, 'SQLITE_LOCKED'],
  [8, 'SQLITE_READONLY'],
  [9, 'SQLITE_INTERRUPT'],
  [10, 'SQLITE_IOERR'],
  [11, 'SQLITE_CORRUPT'],
  [13, 'SQLITE_FULL'],
  [14, 'SQLITE_CANTOPEN'],
  [19, 'SQLITE_CONSTRAINT'],
  [26, 'SQLITE_NOTADB'],
])
// Extended codes of UNIQUE, PRIMARY KEY and rowid.
const DUPLICATE = new Set([2067, 1555, 2579])

const KINDS = new Map<string, FailureKind>([
  ['SQLITE_BUSY', 'lock timeout'],
  ['SQLITE_LOCKED', 'lock timeout'],
  ['SQLITE_READONLY', 'read only'],
  ['SQLITE_INTERRUPT', 'canceled'],
  ['SQLITE_FULL', 'full'],
  ['SQLITE_CANTOPEN', 'connection failed'],
  ['SQLITE_NOTADB', 'connection failed'],
  ['SQLITE_PERM', 'permission denied'],
])

const HINTS: readonly (readonly [RegExp, string])[] = [
  [/^database (?:table )?is locked/, 'Another process is writing to the database: try again when it has finished.'],
  [
    /NOT NULL constraint failed: (.+)/,
    'Rows have no value there: fill them first, in a revision before or with op.sql above.',
  ],
  [
    /Cannot add a NOT NULL column with default value NULL/,
    'The table has rows: give the column a default, or add it nullable, fill it, and set NOT NULL then.',
  ],
  [/UNIQUE constraint failed: (.+)/, 'Rows repeat a value there: remove the duplicates first.'],
  [
    /FOREIGN KEY (?:constraint failed|mismatch)/,
    'Rows point at rows that are not there, or the key they point at is not unique.',
  ],
  [
    /^no such table: main\./,
    'A foreign key names a table that does not exist: create it first, in this revision above or in one before.',
  ],
  [
    /the new type of .+ would change values/,
    'Say how to convert with `using`, for example using: "cast(price as real)".',
  ],
  [/^constraint failed$/, 'Rows that are there already do not meet the new constraint: correct them first.'],
  [/not a database/, 'Check the path: the file exists, but it was not made by SQLite (or it is encrypted).'],
  [
    /unable to open database file/,
    'Check that the path is a file in a folder that exists, and that you may write there.',
  ],
  [/readonly database/, 'Check the rights of the file and of its folder (SQLite writes its journal beside the file).'],
  [
    /database or disk is full/,
    'Make room on the disk: a rebuilt table needs its own size once more while it is copied.',
  ],
]

const offsets = new WeakMap<object, number>()

/** Notes where in the text sent an error happened, when the connection could find out. */
export function noteOffset(error: unknown, offset: number): void {
  if (typeof error === 'object' && error !== null) offsets.set(error, offset)
}

/** What a driver's error means. `context.sql` is the text that was sent. */
export function explain(error: unknown, context: { sql?: string; url?: string } = {}): Failure {
  const code = resultCode(error)
  const state = code.name
  // The scratch name of a rebuild means nothing to the reader.
  const message = (error instanceof Error ? error.message : String(error)).replaceAll('godwit_new_', '')
  const hint = HINTS.find(([pattern]) => pattern.test(message))?.[1]
  const offset = typeof error === 'object' && error !== null ? offsets.get(error) : undefined
  const place = offset ?? (context.sql === undefined ? undefined : search(context.sql, message))
  return {
    kind: kindOf(code, message, context.sql),
    message,
    ...(hint === undefined ? {} : { hint }),
    ...(state === undefined ? {} : { state }),
    ...(place === undefined ? {} : { offset: place }),
  }
}

interface ResultCode {
  name: string | undefined
  duplicate: boolean
}

// Some drivers throw without a code while they prepare a statement: then the engine's standard texts tell.
const TEXTS: readonly (readonly [RegExp, string])[] = [
  [/^database is locked/, 'SQLITE_BUSY'],
  [/^database table is locked/, 'SQLITE_LOCKED'],
  [/^attempt to write a readonly database/, 'SQLITE_READONLY'],
  [/^database or disk is full/, 'SQLITE_FULL'],
  [/^unable to open database/, 'SQLITE_CANTOPEN'],
  [/^file is not a database/, 'SQLITE_NOTADB'],
  [/^database disk image is malformed/, 'SQLITE_CORRUPT'],
  [/constraint failed/, 'SQLITE_CONSTRAINT'],
  [/^interrupted$/, 'SQLITE_INTERRUPT'],
]

function resultCode(error: unknown): ResultCode {
  if (typeof error !== 'object' || error === null) return { name: undefined, duplicate: false }
  const { errcode, code, message } = error as { errcode?: unknown; code?: unknown; message?: unknown }
  if (typeof errcode === 'number') return { name: CODES.get(errcode & 0xff), duplicate: DUPLICATE.has(errcode) }
  if (typeof code !== 'string' || !code.startsWith('SQLITE_')) {
    return { name: TEXTS.find(([pattern]) => pattern.test(String(message)))?.[1], duplicate: false }
  }
  const name = [...CODES.values()].find((each) => code === each || code.startsWith(`${each}_`)) ?? code
  return { name, duplicate: /_(?:UNIQUE|PRIMARYKEY|ROWID)$/.test(code) }
}

function kindOf({ name, duplicate }: ResultCode, message: string, sql = ''): FailureKind {
  if (duplicate || /^UNIQUE constraint failed/.test(message)) return 'duplicate key'
  const known = name === undefined ? undefined : KINDS.get(name)
  if (known !== undefined) return known
  if (/^FOREIGN KEY (?:constraint failed|mismatch)/i.test(message)) return 'foreign key'
  if (/the new type of .+ would change values/.test(message)) return 'type conflict'
  // Only a table that is found through a foreign key is named with its database while rows are written.
  if (/^no such table: main\./.test(message) && /^\s*(?:with|insert|replace|update|delete)\b/i.test(sql))
    return 'foreign key'
  if (/^no such table: /.test(message)) return 'table missing'
  if (/already exists|^there is already|^duplicate column name/.test(message)) return 'duplicate object'
  if (/syntax error|^incomplete input|^unrecognized token/.test(message)) return 'syntax'
  return 'other'
}

// The place of a word that the message names, if the text holds it exactly once.
function search(sql: string, message: string): number | undefined {
  const wanted =
    /^near "(.*)": syntax error|^unrecognized token: "(.*)"|^no such (?:table|column|function): (?:main\.)?(.*)$/s.exec(
      message,
    )
  const word = wanted?.[1] ?? wanted?.[2] ?? wanted?.[3]
  if (word === undefined) return /^incomplete input/.test(message) ? sql.trimEnd().length : undefined
  const { tokens, problem } = lex(sql)
  if (wanted?.[2] !== undefined && problem !== undefined) return problem.offset
  const places = tokens.filter((token) => token.text === word || nameOf(token) === word)
  return places.length === 1 ? places[0]?.start : undefined
}

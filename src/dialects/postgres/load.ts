// Runs statements inside the transaction of a scratch database: adapted where they have to be, provided with what they name.
import { GodwitError, type Place } from '../../errors.ts'
import { tokens } from '../../schema/tokens.ts'
import type { Connection, Failure } from '../dialect.ts'
import { extensionLacking, extensionsIn, installLine, isBundled } from './engine.ts'
import { explain } from './explain.ts'
import { skipBlank } from './lexer.ts'
import { cutHint } from './long-names.ts'
import { identifier } from './quote.ts'
import { type Tree, treeOf, withoutConcurrently } from './split.ts'

/** Thrown through the work of a scratch: the engine has to be started again with these, and the work repeated. */
export class ExtensionNeeded extends Error {
  readonly extensions: readonly string[]
  constructor(extensions: readonly string[]) {
    super(`extensions to load: ${extensions.join(', ')}`)
    this.extensions = extensions
  }
}

/** What loading has to know of the shadow, and tells it. */
export interface LoadHome {
  embedded: boolean
  extensions(): ReadonlySet<string>
  /** Set when the transaction had to be committed: the database is no longer empty after the rollback. */
  committed: boolean
  /** Roles that were made in the transaction: they would outlive the database if it is committed. */
  roles: Set<string>
}

/** Errors: STATEMENT_FAILED with the statement and the place in it; SHADOW_FAILED where an extension cannot be had. */
export async function loadStatements(
  connection: Connection,
  statements: readonly string[],
  home: LoadHome,
): Promise<void> {
  const adapted = statements.map(adapt).filter((sql) => sql !== undefined)
  if (adapted.length === 0) return
  if (home.embedded) provideExtensions(adapted, home.extensions())
  await provideRoles(connection, adapted, home)
  if (!(await allAtOnce(connection, adapted))) await oneByOne(connection, adapted, home)
  await restore(connection)
}

/** How the transaction of a scratch database begins: names without a namespace mean the default one. */
export const BEGIN = 'begin; set local search_path = public; set local idle_in_transaction_session_timeout = 0'

const CONTROL =
  /^(begin|commit|rollback|abort|end|savepoint|release|prepare\s+transaction|start\s+transaction)\b(?!\s+atomic)/i

function adapt(sql: string): string | undefined {
  const start = skipBlank(sql)
  const text = start === 0 ? sql : sql.slice(start)
  if (text === '' || CONTROL.test(text)) return undefined
  return logged(withoutConcurrently(text))?.replace(/;\s*$/, '')
}

// A partitioned table holds no rows that could be unlogged: servers before 18 take the word for nothing, others refuse it.
const UNLOGGED = /^(create\s+)unlogged\s+(table\b)/i
const logged = (sql: string | undefined): string | undefined =>
  sql !== undefined && UNLOGGED.test(sql) && isParent(sql) ? sql.replace(UNLOGGED, '$1$2') : sql

/** `PARTITION BY` behind the columns, and not `PARTITION OF` a parent alone. */
const isParent = (sql: string): boolean => {
  const words = tokens(sql).filter(({ kind }) => kind !== 'space' && kind !== 'comment')
  return words.some(({ text }, at) => /^partition$/i.test(text) && /^by$/i.test(words[at + 1]?.text ?? ''))
}

function provideExtensions(statements: readonly string[], loaded: ReadonlySet<string>): void {
  // Anywhere in the text: a block may make one, and look first whether it is to be had.
  const named = statements.flatMap(extensionsIn)
  const wanted = named.filter((name) => isBundled(name) && !loaded.has(name))
  if (wanted.length > 0) throw new ExtensionNeeded([...new Set(wanted)])
}

// Statements whose grammar can name a role. Everything else is not parsed: that would cost more than running it.
const NAMES_ROLES = /\b(grant|revoke|policy|owner|owned|authorization|privileges|role|user|mapping)\b/i

/** A schema names roles of the real server; here they are made, and rolled back with everything else. */
async function provideRoles(connection: Connection, statements: readonly string[], home: LoadHome): Promise<void> {
  const named = new Set<string>()
  const made = new Set<string>()
  for (const sql of statements) {
    if (!NAMES_ROLES.test(sql)) continue
    const tree = await treeOf(sql)
    if (tree !== undefined) collectRoles(tree, named, made)
  }
  for (const role of made) home.roles.add(role)
  const missing = [...named].filter((name) => !made.has(name))
  if (missing.length > 0) await createRoles(connection, missing, home)
}

async function createRoles(connection: Connection, names: readonly string[], home: LoadHome): Promise<void> {
  const known = await connection.query<{ name: string }>('select rolname::text as name from pg_catalog.pg_roles')
  const existing = new Set(known.map(({ name }) => name))
  const missing = names.filter((name) => !existing.has(name))
  for (const name of missing) home.roles.add(name)
  if (missing.length > 0) await connection.execute(missing.map((name) => `create role ${identifier(name)}`).join('; '))
}

function collectRoles(node: unknown, named: Set<string>, made: Set<string>): void {
  if (Array.isArray(node)) {
    for (const item of node) collectRoles(item, named, made)
    return
  }
  if (typeof node !== 'object' || node === null) return
  const tree = node as Tree
  if (typeof tree.rolename === 'string' && tree.roletype === 'ROLESPEC_CSTRING') named.add(tree.rolename)
  for (const [key, value] of Object.entries(tree)) {
    if (key === 'CreateRoleStmt') {
      const role: unknown = Reflect.get(Object(value), 'role')
      if (typeof role === 'string') made.add(role)
    }
    collectRoles(value, named, made)
  }
}

// One message is several times faster than one per statement; who failed is found out only if somebody did.
async function allAtOnce(connection: Connection, statements: readonly string[]): Promise<boolean> {
  const rollback = 'rollback to savepoint godwit_load; release savepoint godwit_load'
  await connection.execute('savepoint godwit_load')
  try {
    await connection.execute(`${statements.join('\n;')}\n;release savepoint godwit_load`)
    return true
  } catch (error) {
    await connection.execute(rollback).catch(() => {
      throw error
    })
    return false
  }
}

async function oneByOne(connection: Connection, statements: readonly string[], home: LoadHome): Promise<void> {
  for (const sql of statements) {
    for (let attempts = 0; ; attempts++) {
      try {
        await connection.execute('savepoint godwit_load')
        await connection.execute(sql)
        await connection.execute('release savepoint godwit_load')
        break
      } catch (error) {
        await connection
          .execute('rollback to savepoint godwit_load; release savepoint godwit_load')
          .catch(() => undefined)
        if (attempts < 10 && (await remedied(connection, error, home))) continue
        throw failed(error, sql, home.embedded, statements)
      }
    }
  }
}

const SYSTEM_COLLATION =
  /^collation "(?:pg_catalog\.)?([\w-]+-x-icu|[a-z]{2,3}(?:_[A-Z]{2})?(?:\.utf-?8)?(?:@\w+)?)" for encoding/i

async function remedied(connection: Connection, error: unknown, home: LoadHome): Promise<boolean> {
  const { state, message } = explain(error)
  // A name that a block or a function puts together is seen only now.
  const lacking = extensionLacking(message)
  if (home.embedded && lacking !== undefined && isBundled(lacking) && !home.extensions().has(lacking)) {
    throw new ExtensionNeeded([lacking])
  }
  // Roles can also be named inside DO blocks, where no parser sees them.
  const role = state === '42704' ? /^role "(.*)" does not exist$/s.exec(message)?.[1] : undefined
  if (role !== undefined) {
    await createRoles(connection, [role], home)
    return true
  }
  // A server imports its system's collations; the embedded engine has none. The name is all that a schema needs.
  const collation = state === '42704' && home.embedded ? SYSTEM_COLLATION.exec(message)?.[1] : undefined
  if (collation !== undefined) {
    await connection.execute(`create collation pg_catalog.${identifier(collation)} (locale = 'C')`)
    return true
  }
  // An added enum value has to be committed before its use; even where the type was made a moment ago, if that was
  // before 17 or under a savepoint. The database is thrown away instead of rolled back then.
  // A server remembers only so many locks of one transaction: some hundred tables.
  if (state === '55P04' || state === '53200') {
    home.committed = true
    await connection.execute(`commit; ${BEGIN}`)
    return true
  }
  return false
}

function failed(error: unknown, sql: string, embedded: boolean, statements: readonly string[]): GodwitError {
  const failure = explain(error, { sql })
  const cut = failure.kind === 'duplicate object' ? cutHint(failure.message, statements) : undefined
  const name = extensionLacking(failure.message)
  if (name !== undefined) {
    const line = embedded ? installLine(name) : undefined
    const server =
      'Set `shadow` in the configuration to the URL of a server that has it: a scratch database is made there.'
    return new GodwitError('SHADOW_FAILED', `The shadow database does not have the extension "${name}".`, {
      why: embedded ? 'The embedded engine does not bundle it.' : 'It is not installed on the shadow server.',
      fix: !embedded
        ? 'Install the extension there, or choose another server for `shadow`.'
        : line === undefined
          ? server
          : `npm install --save-dev ${line} (these versions fit each other). Or: ${server}`,
      cause: error,
    })
  }
  const place = placeIn(sql, failure.offset)
  return new GodwitError('STATEMENT_FAILED', `A statement failed on the shadow database: ${failure.message}.`, {
    why: shorten(sql),
    ...(cut === undefined ? withFix(failure, embedded) : { fix: cut }),
    ...(place !== undefined && { place }),
    data: { statement: sql, ...(failure.state !== undefined && { state: failure.state }), ...failure.data },
    cause: error,
  })
}

// The embedded engine is built without some options of a server, lz4 compression for one.
function withFix({ hint, state }: Failure, embedded: boolean): { fix?: string } {
  if (hint !== undefined) return { fix: hint }
  if (!embedded || state !== '0A000') return {}
  return { fix: 'If a server can do this, set `shadow` in the configuration to the URL of one.' }
}

function placeIn(sql: string, offset: number | undefined): Place | undefined {
  if (offset === undefined) return undefined
  const before = sql.slice(0, offset).split('\n')
  const line = before.length
  return { line, column: (before.at(-1)?.length ?? 0) + 1, text: sql.split('\n')[line - 1] ?? '' }
}

const shorten = (sql: string): string => (sql.length <= 500 ? sql : `${sql.slice(0, 500)}…`)

// A dump sets these and leaves them; what comes next has to find the scratch database as it was.
async function restore(connection: Connection): Promise<void> {
  await connection.execute(
    `reset session authorization; reset role; set local search_path = public; reset default_tablespace; reset default_table_access_method;
     set local row_security = on; set local check_function_bodies = off; set local xmloption = content;
     set local client_min_messages = notice; set local statement_timeout = 0; set local lock_timeout = 0`,
  )
}

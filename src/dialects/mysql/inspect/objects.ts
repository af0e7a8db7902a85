// Views, routines, triggers, events and sequences, from what the server prints of them.
import { qualify } from '../../../schema/names.ts'
import type { SchemaObject } from '../../../schema/schema.ts'
import { nameOf, tokens } from '../lexer.ts'
import { textLiteral } from '../quote.ts'
import { type Row, text } from '../session.ts'
import type { TriggerExtra, ViewExtra } from '../shapes.ts'
import { closing, collapsed, find, isWord, partOf, slice, source } from './parts.ts'

const CHECK_OPTION = /\s+WITH (CASCADED|LOCAL) CHECK OPTION$/

/** A view, from SHOW CREATE VIEW. The definer is the business of whoever runs the migration: it is left out. */
export function readView(name: string, created: string, unqualified: (text: string) => string): SchemaObject {
  const part = partOf(created)
  const view = find(part, 0, ({ text: word, kind }) => kind === 'word' && word === 'VIEW')
  const as = find(part, view, ({ text: word, kind }) => kind === 'word' && word === 'AS')
  const algorithm = part.tokens.findIndex((_, at) => isWord(part, at, 'ALGORITHM'))
  const security = part.tokens.findIndex((_, at) => isWord(part, at, 'SECURITY'))
  const body = source(slice(part, as + 1))
  const check = CHECK_OPTION.exec(body)?.[1]?.toLowerCase()
  const extra: ViewExtra = {}
  const named = part.tokens[algorithm + 2]?.text.toLowerCase()
  if (algorithm >= 0 && (named === 'merge' || named === 'temptable')) extra.algorithm = named
  if (security >= 0 && security < view && isWord(part, security + 1, 'INVOKER')) extra.security = 'invoker'
  if (check === 'cascaded' || check === 'local') extra.check = check
  const open = find(part, view, ({ text: symbol }) => symbol === '(')
  const list = part.tokens.findIndex(({ text: symbol }, at) => at > view && at < as && symbol === '(')
  if (open >= 0 && list >= 0) extra.columns = source(slice(part, list + 1, closing(part, list)))
  return {
    type: 'view',
    name: qualify(name),
    definition: unqualified(body.replace(CHECK_OPTION, '')),
    ...(Object.keys(extra).length > 0 && { extra }),
  }
}

/** A function or procedure, from SHOW CREATE: everything behind its name. */
export function readRoutine(
  type: 'function' | 'procedure',
  name: string,
  created: string,
  collation: string,
): SchemaObject {
  const part = partOf(created)
  const kind = find(part, 0, (token) => token.kind === 'word' && token.text.toLowerCase() === type)
  const aggregate = part.tokens.slice(0, kind).some(({ text: word }) => word === 'AGGREGATE')
  // The name may be written with its database in front.
  let at = kind + 1
  while (part.tokens[at + 1]?.text === '.') at += 2
  const rest = created.slice(part.tokens[at]?.end ?? 0).trim()
  const charset = collation.split('_', 1)[0] ?? ''
  const standard = new RegExp(`^([\\s\\S]*?\\bRETURNS [^\\n]*?) CHARSET ${charset}(?: COLLATE ${collation})?(?=\\n)`)
  return {
    type,
    name: qualify(name),
    definition: type === 'function' ? rest.replace(standard, '$1') : rest,
    ...(aggregate && { extra: { aggregate: true } }),
  }
}

/** Triggers, from the rows of information_schema, in the order in which they fire. */
export function readTriggers(rows: readonly Row[]): SchemaObject[] {
  const last = new Map<string, string>()
  return rows.map((row) => {
    const name = text(row, 'name') ?? ''
    const table = text(row, 'tab') ?? ''
    const timing = text(row, 'timing')?.toLowerCase() === 'after' ? 'after' : 'before'
    const event = (text(row, 'event') ?? '').toLowerCase()
    const place = `${table}\0${timing}\0${event}`
    const follows = last.get(place)
    last.set(place, name)
    const extra: TriggerExtra = { timing, event, ...(follows !== undefined && { follows }) }
    return { type: 'trigger', name, table: qualify(table), definition: (text(row, 'body') ?? '').trim(), extra }
  })
}

/** An event, from its row. A start that is only the moment of its making is none. */
export function readEvent(row: Row): SchemaObject {
  const cell = (column: string): string | undefined => text(row, column)
  const value = cell('every')
  const every = value === undefined ? '' : /^(?:\d+|'.*')$/.test(value) ? value : `'${value}'`
  const starts = cell('starts')
  const made = [cell('created'), cell('altered')].some((moment) => near(starts, moment))
  const ends = cell('ends')
  const comment = cell('comment') ?? ''
  const parts = [
    'ON SCHEDULE',
    value === undefined ? `AT '${cell('at') ?? ''}'` : `EVERY ${every} ${cell('unit') ?? ''}`,
    value === undefined || starts === undefined || made ? '' : `STARTS '${starts}'`,
    ends === undefined ? '' : `ENDS '${ends}'`,
    cell('completion') === 'PRESERVE' ? 'ON COMPLETION PRESERVE' : 'ON COMPLETION NOT PRESERVE',
    cell('status') === 'ENABLED' ? 'ENABLE' : cell('status') === 'DISABLED' ? 'DISABLE' : 'DISABLE ON SLAVE',
    comment === '' ? '' : `COMMENT ${textLiteral(comment)}`,
    `DO ${(cell('body') ?? '').trim()}`,
  ]
  return { type: 'event', name: qualify(cell('name') ?? ''), definition: parts.filter((part) => part !== '').join(' ') }
}

// Both are seconds; making an event may take one.
const near = (a: string | undefined, b: string | undefined): boolean =>
  a !== undefined && b !== undefined && Math.abs(Date.parse(`${a}Z`) - Date.parse(`${b}Z`)) <= 1000

/** A sequence, from SHOW CREATE SEQUENCE: its options, which ALTER SEQUENCE understands too. */
export function readSequence(name: string, created: string): SchemaObject {
  const part = partOf(created)
  const named = part.tokens.findIndex(({ kind }) => kind === 'quoted')
  const engine = find(part, named, ({ text: word }) => word === 'ENGINE')
  return { type: 'sequence', name: qualify(name), definition: collapsed(source(slice(part, named + 1, engine))) }
}

/**
 * Takes our own database's name out of a text the server printed: `db`.`table`, `db`.`table`.`column`, `db`.`function`(…).
 * Two parts may also be a table of the database's name and its column: then only what cannot be one is touched.
 */
export function withoutDatabase(printed: string, database: string, relations: ReadonlySet<string>): string {
  const list = tokens(printed)
  let result = ''
  let from = 0
  list.forEach((token, at) => {
    const dotted = (index: number): boolean => list[index]?.kind === 'symbol' && list[index]?.text === '.'
    if (token.kind !== 'quoted' || nameOf(token) !== database || !dotted(at + 1) || dotted(at - 1)) return
    const three = dotted(at + 3)
    const called = list[at + 3]?.text === '('
    const before = list[at - 1]?.text.toLowerCase()
    const inFrom = before === 'from' || before === 'join' || before === 'straight_join'
    if (!three && !called && !inFrom && relations.has(database)) return
    result += printed.slice(from, token.start)
    from = list[at + 1]?.end ?? token.end
  })
  return result + printed.slice(from)
}

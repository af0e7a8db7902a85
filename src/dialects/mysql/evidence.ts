// How to see whether hand-written DDL has happened. A statement that makes a thing fails where the thing is there, and one
// that drops it fails where it is not: so after a crash, the name alone tells.
import type { Probe } from '../../operations/statement.ts'
import { qualify } from '../../schema/names.ts'
import { isWord, items, type Part, partOf, slice } from './inspect/parts.ts'
import { nameOf } from './lexer.ts'
import {
  type Check,
  columnDropped,
  columnExists,
  columnRenamed,
  constraintExists,
  hasRelation,
  indexDropped,
  indexExists,
  indexRenamed,
  objectExists,
  probeOf,
  relationRenamed,
} from './probes/index.ts'

/** Safe to run once more, whether or not it has happened. */
const AGAIN: Probe = { sql: `select 'absent' as state` }

/** The probe of a hand-written statement that commits by itself; undefined where nothing can be seen. */
export function evidenceOf(sql: string): Probe | undefined {
  const whole = partOf(sql)
  const part = { ...whole, tokens: whole.tokens.filter(({ kind }) => kind !== 'versioned') }
  const first = part.tokens[0]?.text.toUpperCase()
  if (first === 'CREATE') return created(part)
  if (first === 'DROP') return dropped(part)
  if (first === 'RENAME' && isWord(part, 1, 'TABLE')) return renamed(slice(part, 2))
  if (first === 'ALTER') return altered(part)
  if (first === 'ANALYZE' || first === 'OPTIMIZE' || first === 'CHECK') return AGAIN
  return undefined
}

const RELATIONS = new Set(['TABLE', 'VIEW', 'SEQUENCE'])
const PROGRAMS = new Set(['PROCEDURE', 'FUNCTION', 'TRIGGER', 'EVENT'])

/** Place of the word that says what kind of thing it is. */
const kindAt = (part: Part): number =>
  part.tokens.findIndex(
    ({ kind, text }, at) =>
      at > 0 &&
      at < 24 &&
      kind === 'word' &&
      (RELATIONS.has(text.toUpperCase()) || PROGRAMS.has(text.toUpperCase()) || text.toUpperCase() === 'INDEX'),
  )

/** A name, perhaps with its database, and the place behind it. */
export function nameAt(part: Part, at: number): { name: string; next: number } | undefined {
  const token = part.tokens[at]
  if (token === undefined || (token.kind !== 'word' && token.kind !== 'quoted')) return undefined
  const second = part.tokens[at + 2]
  return part.tokens[at + 1]?.text === '.' && second !== undefined
    ? { name: qualify(nameOf(second), nameOf(token)), next: at + 3 }
    : { name: qualify(nameOf(token)), next: at + 1 }
}

function created(part: Part): Probe | undefined {
  const at = kindAt(part)
  if (at < 0 || part.tokens.slice(0, at).some(({ text }) => text.toUpperCase() === 'TEMPORARY')) return undefined
  if (isWord(part, 1, 'OR')) return AGAIN
  if (isWord(part, at + 1, 'IF')) return AGAIN
  const kind = part.tokens[at]?.text.toUpperCase() ?? ''
  const named = nameAt(part, at + 1)
  if (named === undefined) return undefined
  const there = existence(kind, named.name, part, named.next)
  return there === undefined ? undefined : probeOf([{ done: there, absent: `not (${there})` }])
}

function existence(kind: string, name: string, part: Part, next: number): string | undefined {
  if (RELATIONS.has(kind)) return hasRelation(name)
  if (PROGRAMS.has(kind)) return objectExists({ type: kind.toLowerCase(), name })
  const on = part.tokens.findIndex((_, at) => at >= next && isWord(part, at, 'ON'))
  const table = on < 0 ? undefined : nameAt(part, on + 1)
  return table === undefined ? undefined : indexExists(table.name, unquoted(name))
}

// Names of parts are bare; `qualify` quotes what a reader could not tell.
const unquoted = (name: string): string => name.replace(/^"([\s\S]*)"$/, '$1').replaceAll('""', '"')

function dropped(part: Part): Probe | undefined {
  const at = kindAt(part)
  if (at < 0 || isWord(part, 1, 'TEMPORARY')) return undefined
  if (isWord(part, at + 1, 'IF')) return AGAIN
  const kind = part.tokens[at]?.text.toUpperCase() ?? ''
  const checks = items(slice(part, at + 1)).map((item): Check | undefined => {
    const named = nameAt(item, 0)
    const there = named === undefined ? undefined : existence(kind, named.name, item, named.next)
    return there === undefined ? undefined : { done: `not (${there})`, absent: there }
  })
  return allOf(checks)
}

function allOf(checks: readonly (Check | undefined)[]): Probe | undefined {
  const known = checks.filter((check) => check !== undefined)
  return known.length === 0 || known.length < checks.length ? undefined : probeOf(known)
}

function renamed(part: Part): Probe | undefined {
  const names: string[] = []
  const checks = items(part).map((item): Check | undefined => {
    const from = nameAt(item, 0)
    const to = from !== undefined && isWord(item, from.next, 'TO') ? nameAt(item, from.next + 1) : undefined
    if (from === undefined || to === undefined) return undefined
    names.push(from.name, to.name)
    return relationRenamed(from.name, to.name)
  })
  // Two tables that change places look the same before and after.
  return new Set(names).size === names.length ? allOf(checks) : undefined
}

/** Clauses that come to the same however often they run. */
const REPEATABLE =
  /^(?:MODIFY|ALTER|ENGINE|COMMENT|DEFAULT|CHARACTER|CHARSET|COLLATE|CONVERT|ALGORITHM|LOCK|AUTO_INCREMENT|ROW_FORMAT|ORDER|FORCE|ENABLE|DISABLE|STATS_\w+|KEY_BLOCK_SIZE|NOWAIT|WAIT)$/

function altered(part: Part): Probe | undefined {
  if (isWord(part, 1, 'VIEW') || isWord(part, 1, 'SEQUENCE')) return AGAIN
  const at = part.tokens.findIndex((_, index) => index < 4 && isWord(part, index, 'TABLE'))
  const named = at < 0 ? undefined : nameAt(part, isWord(part, at + 1, 'IF') ? at + 3 : at + 1)
  if (named === undefined) return undefined
  const checks: Check[] = []
  for (const item of items(slice(part, named.next))) {
    const found = clause(named.name, item)
    if (found === undefined) return undefined
    if (found !== 'repeatable') checks.push(found)
  }
  return checks.length === 0 ? AGAIN : probeOf(checks)
}

const KEYS = new Set(['KEY', 'INDEX'])

function clause(table: string, part: Part): Check | 'repeatable' | undefined {
  const word = (at: number): string => part.tokens[at]?.text.toUpperCase() ?? ''
  const name = (at: number): string | undefined => {
    const token = part.tokens[at]
    return token?.kind === 'word' || token?.kind === 'quoted' ? nameOf(token) : undefined
  }
  const isName = (at: number): boolean => part.tokens[at]?.kind === 'quoted'
  if (!isName(0) && REPEATABLE.test(word(0))) return 'repeatable'
  const conditional = part.tokens.slice(0, 6).some((_, at) => isWord(part, at, 'IF'))
  switch (word(0)) {
    case 'ADD':
      return conditional ? 'repeatable' : added(table, part, word, name)
    case 'DROP': {
      if (conditional) return 'repeatable'
      if (word(1) === 'PRIMARY') return indexDropped(table, 'PRIMARY')
      const two = word(1) === 'FOREIGN'
      const thing = name(two ? 3 : KEYS.has(word(1)) || ['COLUMN', 'CONSTRAINT', 'CHECK'].includes(word(1)) ? 2 : 1)
      if (thing === undefined || word(1) === 'PARTITION' || word(1) === 'SYSTEM' || word(1) === 'PERIOD')
        return undefined
      if (two || word(1) === 'CONSTRAINT' || word(1) === 'CHECK') {
        const there = constraintExists(table, thing)
        return { done: `not (${there})`, absent: there }
      }
      return KEYS.has(word(1)) ? indexDropped(table, thing) : columnDropped(table, thing)
    }
    case 'CHANGE': {
      const from = word(1) === 'COLUMN' && !isName(1) ? 2 : 1
      const [old, next] = [name(from), name(from + 1)]
      if (old === undefined || next === undefined) return undefined
      return old === next ? 'repeatable' : columnRenamed(table, old, next)
    }
    case 'RENAME': {
      const [old, next] = [name(2), name(4)]
      if (word(1) === 'COLUMN' && old !== undefined && next !== undefined) return columnRenamed(table, old, next)
      if (KEYS.has(word(1)) && old !== undefined && next !== undefined) return indexRenamed(table, old, next)
      const to = nameAt(part, word(1) === 'TO' || word(1) === 'AS' ? 2 : 1)
      return to === undefined ? undefined : relationRenamed(table, to.name)
    }
    default:
      return undefined
  }
}

function added(
  table: string,
  part: Part,
  word: (at: number) => string,
  name: (at: number) => string | undefined,
): Check | undefined {
  const isThere = (there: string): Check => ({ done: there, absent: `not (${there})` })
  if (word(1) === 'PRIMARY') return isThere(indexExists(table, 'PRIMARY'))
  if (word(1) === 'CONSTRAINT') {
    const thing = name(2)
    if (word(3) === 'PRIMARY') return isThere(indexExists(table, 'PRIMARY'))
    return thing === undefined ? undefined : isThere(constraintExists(table, thing))
  }
  if (['FOREIGN', 'CHECK', 'PARTITION', 'SYSTEM', 'PERIOD', '('].includes(word(1))) return undefined
  const special = ['UNIQUE', 'FULLTEXT', 'SPATIAL', 'VECTOR'].includes(word(1))
  const at = special ? (KEYS.has(word(2)) ? 3 : 2) : KEYS.has(word(1)) ? 2 : 0
  if (special || at > 0) {
    // Without a name, the server finds one.
    const thing = part.tokens[at]?.text === '(' ? undefined : name(at)
    return thing === undefined ? undefined : isThere(indexExists(table, thing))
  }
  const thing = name(word(1) === 'COLUMN' ? 2 : 1)
  return thing === undefined ? undefined : isThere(columnExists(table, thing))
}

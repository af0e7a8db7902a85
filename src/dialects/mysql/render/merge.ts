// Puts changes of one table into one statement, where that costs the server no more than the dearest of them.
import type { Statement } from '../../../operations/statement.ts'
import type { Flavor } from '../flavor.ts'
import { copiesOnly, probeOf } from '../probes/index.ts'
import { path } from '../quote.ts'
import { type Change, type Item, isChange, type Whole } from './change.ts'
import { isUndone, knotted } from './knots.ts'
import { type Level, levelFacts, levelWords, weakerThan } from './levels.ts'

type Group = { table: string; changes: Change[] }

/** Statements in the order of the items. */
export function merge(items: readonly Item[], flavor: Flavor, keepsHistory: (table: string) => boolean): Statement[] {
  const groups: (Group | Whole)[] = []
  const list = knotted(items)
  for (const [at, item] of list.entries()) {
    if (!isChange(item)) groups.push(item)
    else if (item.knot !== undefined) tie(groups, item, list.slice(at))
    else if (!join(groups, item)) groups.push({ table: item.table, changes: [item] })
  }
  return groups.map((group) => ('changes' in group ? alter(group, flavor, keepsHistory(group.table)) : whole(group)))
}

// Together they may cost more than each alone; apart they are refused.
function tie(groups: (Group | Whole)[], change: Change, rest: readonly Item[]): void {
  const last = groups.at(-1)
  if (isGroup(last) && last.changes.some(({ knot }) => knot === change.knot)) last.changes.push(change)
  else if (isGroup(last) && last.table === change.table && takes(last, change, rest)) last.changes.push(change)
  else groups.push({ table: change.table, changes: [change] })
}

function takes({ table, changes }: Group, { knot }: Change, rest: readonly Item[]): boolean {
  const all = [...changes]
  for (const item of rest) {
    if (!isChange(item) || item.knot !== knot) return true
    if (!fits({ table, changes: all }, item)) return false
    all.push(item)
  }
  return true
}

const isGroup = (group: Group | Whole | undefined): group is Group => group !== undefined && 'changes' in group

/** Puts the change into the last statement about its table, if nothing stands in between that must not be passed. */
function join(groups: (Group | Whole)[], change: Change): boolean {
  let at = groups.length - 1
  for (; at >= 0; at--) {
    const group = groups[at]
    if (!isGroup(group)) return false
    if (group.table === change.table) break
    // Foreign keys tie tables together: neither they nor what they need may be passed.
    if (group.changes.some(({ tie }) => tie !== undefined)) return false
  }
  const group = groups[at]
  if (!isGroup(group) || !fits(group, change)) return false
  if (at < groups.length - 1) {
    if (change.early === true) group.changes.push(change)
    else if (group.changes.every(({ late }) => late === true)) {
      groups.splice(at, 1)
      groups.push({ table: group.table, changes: [...group.changes, change] })
    } else return false
    return true
  }
  group.changes.push(change)
  return true
}

function fits({ changes }: Group, change: Change): boolean {
  const all = [...changes, change]
  if (all.some(({ alone }) => alone === true)) return false
  if (change.column !== undefined && changes.some(({ adds }) => adds === change.column)) return false
  if (change.column !== undefined && changes.some(({ column }) => column === change.column)) return false
  const { keys } = change
  if (keys !== undefined && changes.some((each) => each.keys !== undefined && isUndone(each.keys, keys))) return false
  // What goes in the same statement is no place to stand behind.
  const gone = new Set(all.map(({ drops }) => drops).filter((name) => name !== undefined))
  if (all.some(({ after }) => typeof after === 'string' && gone.has(after))) return false
  const tie = all.find((each) => each.tie !== undefined)?.tie
  if (tie !== undefined && all.some((each) => (each.tie ?? each.direction) !== tie)) return false
  const level = levelOf(all)
  const company = new Set(all.map((each) => each.company))
  if (level === 4) return true
  if (company.has('virtual')) return company.size === 1
  if (company.has('drop')) return [...company].every((each) => each === 'drop' || each === 'key')
  // Apart, neither touches a row; together they rebuild the table, unless something else does so anyway.
  return !(company.has('shape') && company.has('build')) || level >= 2
}

/** The dearest of all; one primary key for another is a rebuild, where to drop it alone is a copy. */
function levelOf(changes: readonly Change[]): Level {
  const swapped = changes.some(({ key }) => key === 'dropped') && changes.some(({ key }) => key === 'added')
  let level: Level = 0
  for (const change of changes) {
    const own: Level = swapped && change.key === 'dropped' ? 2 : change.level
    if (own > level) level = own
  }
  if (level < 2 && changes.some(({ knot }) => knot !== undefined)) {
    const company = new Set(changes.map((change) => change.company))
    if (company.has('shape') && (company.has('build') || company.has('key'))) return 2
    if (company.has('virtual') && company.size > 1) return 4
  }
  return level
}

function alter({ table, changes }: Group, flavor: Flavor, keepsHistory: boolean): Statement {
  const level = levelOf(changes)
  const clauses = changes.map(({ clause }) => clause)
  const losesData = changes.some((change) => change.losesData)
  const notes = changes.flatMap(({ note }) => (note === undefined ? [] : [note]))
  const prefix = keepsHistory ? 'SET STATEMENT system_versioning_alter_history = KEEP FOR ' : ''
  const ask = (words: string): string => `${prefix}ALTER TABLE ${path(table)}\n  ${[...clauses, words].join(',\n  ')}`
  const otherwise = weakerThan(level, flavor).map(ask)
  return {
    sql: ask(levelWords(level, flavor)),
    transactional: false,
    operation: Math.min(...changes.map(({ operation }) => operation)),
    facts: { ...levelFacts(level, flavor), ...(losesData && { losesData: true }) },
    probe: probeOf(changes.map(({ check }) => check)),
    ...(otherwise.length > 0 && { otherwise }),
    ...(level < 4 && { resort: { sql: ask(levelWords(4, flavor)), only: copiesOnly(table), note: COPIED(table) } }),
    ...(notes.length > 0 && { note: notes.join('; ') }),
  }
}

const COPIED = (table: string): string =>
  `The server can change ${table} only by copying it, and writers wait meanwhile: it is no InnoDB table, has virtual columns, or no primary key.`

function whole({ operation, sql, template, check, transactional, losesData, lock, note }: Whole): Statement {
  const facts = { ...(lock !== undefined && { lock }), ...(losesData === true && { losesData }) }
  return {
    sql,
    ...(template !== undefined && { template }),
    transactional: transactional === true,
    operation,
    ...(Object.keys(facts).length > 0 && { facts }),
    ...(check !== undefined && { probe: probeOf([check]) }),
    ...(note !== undefined && { note }),
  }
}

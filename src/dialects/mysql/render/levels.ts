// How much a change costs a running server: the strongest ALGORITHM and LOCK that it is known to accept for it.
import type { Facts } from '../../../operations/statement.ts'
import { equalData } from '../../../schema/json.ts'
import type { Column, Constraint, Index, Table } from '../../../schema/schema.ts'
import type { Flavor } from '../flavor.ts'
import {
  type ColumnExtra,
  type IndexExtra,
  type IndexKeyExtra,
  type Options,
  shape,
  type TableExtra,
} from '../shapes.ts'

/**
 * 0: only the dictionary changes. 1: in place, rows stay where they are. 2: in place, the table is rebuilt, nobody waits.
 * 3: in place, writers wait. 4: the table is copied, writers wait.
 */
export type Level = 0 | 1 | 2 | 3 | 4

/**
 * Where a change may share an ALTER: `shape` moves columns without touching rows, `build` makes an index; together the
 * server would rebuild the table, so they go apart. `virtual` columns go with their like only. Columns that are dropped
 * (`drop`) go with each other and with the indexes that are dropped (`key`): anything more, and the server copies the table
 * as soon as it has a virtual column.
 */
export type Company = 'shape' | 'build' | 'virtual' | 'drop' | 'key' | 'any'

export interface Cost {
  level: Level
  company: Company
}

const worst = (...levels: readonly Level[]): Level => levels.reduce((a, b) => (b > a ? b : a), 0)

/** ALGORITHM and LOCK of a level. */
export function levelWords(level: Level, flavor: Flavor): string {
  const algorithm = ['INSTANT', flavor.nocopy ? 'NOCOPY' : 'INPLACE', 'INPLACE', 'INPLACE', 'COPY'][level] ?? 'COPY'
  // MySQL takes no LOCK beside INSTANT but the default, which is the same as NONE there.
  const lock = level >= 3 ? 'SHARED' : level === 0 && !flavor.ranksAlgorithms ? 'DEFAULT' : 'NONE'
  return `ALGORITHM=${algorithm}, LOCK=${lock}`
}

/**
 * What to ask for where the server refuses: what the table is like may forbid the best way (a full-text key, a compressed
 * row format). A copy of the table is never among it: that is for a person to decide.
 */
export function weakerThan(level: Level, flavor: Flavor): string[] {
  const levels: Level[] = [1, 2, 3]
  const own = levelWords(level, flavor)
  const words = levels.filter((each) => each > level).map((each) => levelWords(each, flavor))
  return level === 4 ? [] : [...new Set(words)].filter((each) => each !== own)
}

/** What a level does to others. */
export function levelFacts(level: Level, flavor: Flavor): Facts {
  return {
    lock: levelWords(level, flavor),
    ...(level >= 2 && { rewrites: true }),
    ...(level >= 1 && { scans: true }),
    ...(level >= 3 && { blocksWrites: true }),
  }
}

/** What is known of a table before a change; absent: an ordinary InnoDB table is assumed. */
interface Nature {
  foreignEngine: boolean
  virtual: boolean
  stored: boolean
  fulltext: boolean
  compressed: boolean
  partitioned: boolean
  cascades: boolean
}

function natureOf(table: Table | undefined): Nature {
  const extra = shape<TableExtra>(table?.extra)
  const columns = table?.columns ?? []
  return {
    foreignEngine: extra.engine !== undefined,
    virtual: columns.some(({ generated }) => generated !== undefined && !generated.stored),
    stored: columns.some(({ generated }) => generated?.stored === true),
    fulltext: (table?.indexes ?? []).some(({ method }) => method === 'fulltext'),
    compressed: extra.options?.ROW_FORMAT?.toUpperCase() === 'COMPRESSED',
    partitioned: extra.partitions !== undefined,
    cascades: (table?.constraints ?? []).some(
      ({ references }) => references?.onDelete !== undefined || references?.onUpdate !== undefined,
    ),
  }
}

/** Without a primary key, the first unique one over columns that are never null orders the rows in its place. */
function ordering(table: Table | undefined): Index | undefined {
  if (table === undefined || table.constraints.some(({ type }) => type === 'primary key')) return undefined
  const never = new Set(table.columns.filter(({ nullable }) => !nullable).map(({ name }) => name))
  return table.indexes.find(
    ({ unique, keys }) =>
      unique &&
      keys.every(({ column, extra }) => never.has(column ?? '') && shape<IndexKeyExtra>(extra).length === undefined),
  )
}

/** A level on this very table. Measured on MariaDB 10.11; for MySQL the limits of its manual's "Online DDL Limitations". */
function onTable(level: Level, company: Company, table: Table | undefined, flavor: Flavor): Cost {
  const nature = natureOf(table)
  if (nature.foreignEngine) return { level: 4, company: 'any' }
  let result = level
  if (company === 'shape' && result === 0) {
    if (nature.compressed) result = 2
    if (nature.fulltext) result = flavor.ranksAlgorithms ? 3 : 4
  } else if (result === 2 || result === 3) {
    if (nature.fulltext) result = flavor.ranksAlgorithms ? 3 : 4
    else if (nature.cascades && !flavor.ranksAlgorithms) result = worst(result, 3)
  }
  return { level: result, company: result === level ? company : 'any' }
}

/** Adding a column. */
export function addColumnCost(
  column: Column,
  after: string | null | undefined,
  table: Table | undefined,
  flavor: Flavor,
): Cost {
  const nature = natureOf(table)
  const last = after === undefined || after === table?.columns.at(-1)?.name
  if (column.identity !== undefined) return onTable(3, 'any', table, flavor)
  if (column.generated?.stored) return { level: 4, company: 'any' }
  if (column.generated !== undefined) {
    if (nature.partitioned || (nature.virtual && !last) || nature.foreignEngine) return { level: 4, company: 'any' }
    return { level: 0, company: 'virtual' }
  }
  if (!isConstant(column.default)) return { level: 4, company: 'any' }
  if (nature.virtual && !last) return { level: 4, company: 'any' }
  const instant = flavor.instantColumns === 'anywhere' || (flavor.instantColumns === 'last' && last)
  return onTable(instant ? 0 : 2, 'shape', table, flavor)
}

// One value for all rows: it goes into the dictionary. Anything else is worked out row by row.
function isConstant(text: string | undefined): boolean {
  if (text === undefined) return true
  const inner = text.replace(/^\((.*)\)$/s, '$1')
  return /^(?:(?:_\w+)?'(?:[^'\\]|\\.|'')*'|[bx]'[0-9a-f]*'|[-+]?[\d.]+(?:e[-+]?\d+)?|null|true|false|(?:current_timestamp|now)(?:\(\d*\))?|[-+*/\d. ()]+)$/is.test(
    inner,
  )
}

/** Dropping a column. */
export function dropColumnCost(column: Column, table: Table | undefined, flavor: Flavor): Cost {
  if (column.identity !== undefined) return { level: 4, company: 'any' }
  const keyed = table?.constraints.some(({ type, columns }) => type === 'primary key' && columns.includes(column.name))
  if (keyed) return { level: 4, company: 'any' }
  if (column.generated !== undefined && !column.generated.stored) {
    return natureOf(table).foreignEngine || natureOf(table).partitioned
      ? { level: 4, company: 'any' }
      : { level: 0, company: 'virtual' }
  }
  const { level } = onTable(flavor.instantDropColumn ? 0 : 2, 'shape', table, flavor)
  return { level, company: level === 4 ? 'any' : 'drop' }
}

/** Moving a column. */
export const moveColumnCost = (table: Table | undefined, flavor: Flavor): Cost =>
  natureOf(table).virtual
    ? { level: 4, company: 'any' }
    : onTable(flavor.instantReorder ? 0 : 2, 'shape', table, flavor)

/** Changing a column. */
export function alterColumnCost(from: Column, to: Column, table: Table | undefined, flavor: Flavor): Cost {
  const nature = natureOf(table)
  const old = shape<ColumnExtra>(from.extra)
  const next = shape<ColumnExtra>(to.extra)
  const levels: Level[] = []
  if (from.type !== to.type) levels.push(typeLevel(from, to, table, flavor))
  if (from.collation !== to.collation) levels.push(4)
  const orders = ordering(table)?.keys.some(({ column }) => column === from.name) === true
  if (from.nullable !== to.nullable) levels.push(nature.stored || (to.nullable && orders) ? 4 : 2)
  if (from.identity === undefined && to.identity !== undefined) levels.push(4)
  if (from.identity !== undefined && to.identity === undefined) levels.push(flavor.ranksAlgorithms ? 0 : 4)
  if (!equalData(from.generated, to.generated)) levels.push(generatedLevel(from, to, flavor))
  if (old.check !== next.check && next.check !== undefined) levels.push(4)
  if (old.compressed !== next.compressed || old.srid !== next.srid || old.period !== next.period) levels.push(4)
  if (old.unversioned !== next.unversioned || !equalData(old.options, next.options)) levels.push(4)
  const small = from.default !== to.default || old.onUpdate !== next.onUpdate || from.comment !== to.comment
  if (small || old.invisible !== next.invisible || old.check !== next.check) levels.push(flavor.ranksAlgorithms ? 0 : 1)
  return onTable(worst(...levels), 'any', table, flavor)
}

function generatedLevel(from: Column, to: Column, flavor: Flavor): Level {
  const bothVirtual = from.generated?.stored === false && to.generated?.stored === false
  return bothVirtual && flavor.ranksAlgorithms ? 0 : 4
}

const SIZED = /^(varchar|varbinary)\((\d+)\)$/i
const LIST = /^(enum|set)\((.*)\)$/is

function typeLevel(from: Column, to: Column, table: Table | undefined, flavor: Flavor): Level {
  const metadata: Level = flavor.ranksAlgorithms ? 0 : 1
  const [old, next] = [SIZED.exec(from.type), SIZED.exec(to.type)]
  if (old !== null && next !== null && old[1]?.toLowerCase() === next[1]?.toLowerCase()) {
    const [a, b] = [Number(old[2]), Number(next[2])]
    const bytes =
      old[1]?.toLowerCase() === 'varbinary' ? 1 : widthOf(to.collation ?? shape<TableExtra>(table?.extra).collation)
    // The length itself takes one byte up to 255 bytes, then two.
    return b >= a && a * bytes <= 255 === b * bytes <= 255 ? metadata : 4
  }
  const [before, after] = [LIST.exec(from.type), LIST.exec(to.type)]
  if (before !== null && after !== null && before[1]?.toLowerCase() === after[1]?.toLowerCase()) {
    const labels = (text: string | undefined): string[] => text?.match(/'(?:[^'\\]|\\.|'')*'/gs) ?? []
    const [a, b] = [labels(before[2]), labels(after[2])]
    const size = (count: number): number =>
      before[1]?.toLowerCase() === 'enum' ? (count <= 255 ? 1 : 2) : count > 32 ? 8 : Math.ceil(count / 8)
    return a.every((label, at) => b[at] === label) && size(a.length) === size(b.length) ? 0 : 4
  }
  return 4
}

/** Bytes of the longest character, by the character set in front of the collation's name. */
function widthOf(collation: string | undefined): number {
  const set = collation?.split('_', 1)[0] ?? 'utf8mb4'
  if (/^utf8mb4|^utf16|^utf32|^uca1400|^gb18030/.test(set)) return 4
  if (/^utf8|^ujis|^eucjpms/.test(set)) return 3
  return /^(?:ucs2|big5|gb|euckr|sjis|cp932)/.test(set) ? 2 : 1
}

/** Renaming a column. */
export const renameColumnCost = (table: Table | undefined, flavor: Flavor): Cost =>
  onTable(flavor.instantRenameColumn ? 0 : 1, 'any', table, flavor)

/** Making an index. */
export function createIndexCost(index: Index, table: Table | undefined, flavor: Flavor): Cost {
  if (index.keys.some(({ expression }) => expression !== undefined)) return { level: 4, company: 'any' }
  if (index.method === 'hash' || index.method === 'vector') return { level: 4, company: 'any' }
  if (index.method === 'fulltext' && shape<TableExtra>(table?.extra).versioned === true)
    return { level: 4, company: 'any' }
  if (index.method === 'fulltext' || index.method === 'spatial') {
    return natureOf(table).foreignEngine ? { level: 4, company: 'any' } : { level: 3, company: 'any' }
  }
  const becomes = table !== undefined && ordering({ ...table, indexes: [...table.indexes, index] }) === index
  return becomes ? onTable(2, 'any', table, flavor) : onTable(1, 'build', table, flavor)
}

/** Dropping an index. */
export const dropIndexCost = (index: Index, table: Table | undefined, flavor: Flavor): Cost =>
  ordering(table)?.name === index.name ? { level: 4, company: 'any' } : onTable(1, 'key', table, flavor)

/** Hiding an index or showing it again; renaming one. */
export const indexNameCost = (table: Table | undefined, flavor: Flavor): Cost =>
  onTable(flavor.ranksAlgorithms ? 0 : 1, 'any', table, flavor)

/** Whether two indexes differ in their visibility alone. */
export const isVisibilityOnly = (from: Index, to: Index): boolean => {
  const bare = ({ extra, ...rest }: Index): unknown => {
    const { hidden: _hidden, ...others } = shape<IndexExtra>(extra)
    return { ...rest, extra: others }
  }
  return equalData(bare(from), bare(to))
}

/** Adding a constraint. A foreign key is checked against the rows, which the server does only while it copies. */
export function addConstraintCost(constraint: Constraint, table: Table | undefined, flavor: Flavor): Cost {
  if (constraint.type === 'primary key') return rebuild(table, flavor)
  if (constraint.type === 'unique') return onTable(1, 'build', table, flavor)
  return { level: 4, company: 'any' }
}

/** Dropping a constraint. */
export function dropConstraintCost(constraint: Constraint, table: Table | undefined, flavor: Flavor): Cost {
  if (constraint.type === 'primary key') return { level: 4, company: 'any' }
  return onTable(flavor.ranksAlgorithms ? 0 : 1, 'any', table, flavor)
}

/** One primary key for another. */
export const changePrimaryKeyCost = (table: Table | undefined, flavor: Flavor): Cost => rebuild(table, flavor)

const rebuild = (table: Table | undefined, flavor: Flavor): Cost =>
  natureOf(table).stored ? { level: 4, company: 'any' } : onTable(2, 'any', table, flavor)

const DICTIONARY = new Set(['STATS_PERSISTENT', 'STATS_AUTO_RECALC', 'STATS_SAMPLE_PAGES'])
const REBUILD = new Set(['ROW_FORMAT', 'KEY_BLOCK_SIZE'])

/** Changing the options of a table; `columns`: how many columns change their character set with it. */
export function tableOptionsCost(
  changed: { comment: boolean; engine: boolean; collation: boolean; options: Options; columns: number },
  table: Table | undefined,
  flavor: Flavor,
): Cost {
  if (changed.engine || changed.columns > 0) return { level: 4, company: 'any' }
  const small: Level = flavor.ranksAlgorithms ? 0 : 1
  const levels: Level[] = [small]
  for (const name of Object.keys(changed.options)) {
    levels.push(DICTIONARY.has(name) ? small : REBUILD.has(name) ? 2 : 4)
  }
  return onTable(worst(...levels), 'any', table, flavor)
}

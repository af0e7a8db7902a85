// Which changes alter values or refuse them, each with a query that counts those: the one place that says so. A rebuild
// fails before it changes a value by itself (rebuild.ts); only an expression of the user's own may.
import { type Narrowing, redefined } from '../../operations/narrowing.ts'
import type { Operation } from '../../operations/operation.ts'
import { ref } from '../../schema/names.ts'
import type { Column, Schema, Table } from '../../schema/schema.ts'
import { identifier, tableName } from './quote.ts'
import { tableExtra } from './shapes.ts'
import { type Affinity, affinity } from './types.ts'

/** All narrowings of a list. `before` tells which tables are STRICT; without it none is. */
export function narrowings(operations: readonly Operation[], { before }: { before?: Schema }): Narrowing[] {
  const found: Narrowing[] = []
  const tableBefore = (name: string): Table | undefined => before?.tables.find((table) => table.name === name)
  const strictAfter = (name: string): boolean => {
    let strict = tableExtra(tableBefore(name)?.extra).strict === true
    for (const each of operations) {
      if (each.kind === 'alterTable' && each.table === name) strict = tableExtra(each.to.extra).strict === true
    }
    return strict
  }
  const said = new Set<string>()
  for (const { operation, table, column, from, to, using } of redefined(operations, before)) {
    if (from.generated !== undefined || to.generated !== undefined) continue
    const name = identifier(column)
    const here = tableBefore(table)
    const wasStrict = tableExtra(here?.extra).strict === true
    const target: Target = { type: to.type, strict: strictAfter(table) || isRowid(here, column, to.type) }
    const report = reporter(operation, table, column, to.type)
    said.add(ref('column', table, column))
    if (using === undefined) {
      const fails = refused(name, from, { ...target, wasStrict })
      if (fails !== undefined) found.push(report('fails', fails))
    } else if (mayConvert({ type: from.type, strict: wasStrict }, target)) {
      found.push(report('alters', changed(name, stored(`(${using})`, target), target)))
    }
  }
  for (const [operation, each] of operations.entries()) {
    if (each.kind !== 'alterTable' || tableExtra(each.from.extra).strict || !tableExtra(each.to.extra).strict) continue
    for (const column of tableBefore(each.table)?.columns ?? []) {
      if (column.generated !== undefined || said.has(ref('column', each.table, column.name))) continue
      const fails = refused(identifier(column.name), column, { type: column.type, strict: true, wasStrict: false })
      if (fails !== undefined) found.push(reporter(operation, each.table, column.name, column.type)('fails', fails))
    }
  }
  return found.sort((a, b) => a.operation - b.operation)
}

const reporter =
  (operation: number, table: string, column: string, type: string) =>
  (outcome: Narrowing['outcome'], condition: string): Narrowing => ({
    operation,
    what: ref('column', table, column),
    outcome,
    message: `values of ${table}.${column} that ${outcome === 'fails' ? `would change as ${type || 'untyped'}` : 'its expression changes'}`,
    probe: [`select count(*) as rows from ${tableName(table)} where ${condition}`],
    among: { from: tableName(table), where: condition },
  })

/** A column, as far as it decides what becomes of a value. */
export interface Target {
  type: string
  /** Of a STRICT table: a value of another storage class is refused. */
  strict: boolean
}

// A primary key of this very type is the row's own number.
const isRowid = (table: Table | undefined, column: string, type: string): boolean =>
  type.toUpperCase() === 'INTEGER' &&
  tableExtra(table?.extra).withoutRowid !== true &&
  table?.constraints.some(({ type: kind, columns }) => kind === 'primary key' && columns.join('\0') === column) === true

function refused(value: string, from: Column, target: Target & { wasStrict: boolean }): string | undefined {
  const { type, strict, wasStrict } = target
  const same = wasStrict && from.type.toUpperCase() === type.toUpperCase()
  const mismatch = strict && !same ? strictMismatch(stored(value, target), type) : undefined
  if (!mayConvert({ type: from.type, strict: wasStrict }, target)) return mismatch
  // What a strict column holds is known, and some of it always fits.
  if (wasStrict && affinity(from.type) === 'integer' && affinity(type) === 'text') return undefined
  const change = changed(value, stored(value, target), target)
  return mismatch === undefined ? change : `(${mismatch}) or (${change})`
}

/** Whether the new column may convert what the old one has kept as it was. */
export function mayConvert(from: Target, to: Target): boolean {
  const [old, next] = [affinityOf(from), affinityOf(to)]
  if (old === next || next === 'blob') return false
  return !(['integer', 'numeric'].includes(old) && ['integer', 'numeric'].includes(next))
}

// ANY of a STRICT table keeps everything as it is; elsewhere the word means nothing.
const affinityOf = ({ type, strict }: Target): Affinity =>
  strict && type.toUpperCase() === 'ANY' ? 'blob' : affinity(type)

/** The value as a column of this type stores it (sqlite.org/datatype3.html#type_affinity). */
function stored(value: string, target: Target): string {
  const isNumber = `typeof(${value}) = 'text' and ${value} = cast(${value} as numeric)`
  switch (affinityOf(target)) {
    case 'blob':
      return value
    case 'text':
      return `case when typeof(${value}) in ('integer', 'real') then cast(${value} as text) else ${value} end`
    case 'real':
      return `case when typeof(${value}) = 'integer' or ${isNumber} then cast(${value} as real) else ${value} end`
    default:
      return `case when ${isNumber} then cast(${value} as numeric) when typeof(${value}) = 'real' and ${value} = cast(${value} as integer) then cast(${value} as integer) else ${value} end`
  }
}

const CLASSES: Readonly<Record<string, string>> = {
  INT: 'integer',
  INTEGER: 'integer',
  REAL: 'real',
  TEXT: 'text',
  BLOB: 'blob',
}

function strictMismatch(value: string, type: string): string | undefined {
  const wanted = CLASSES[type.toUpperCase()]
  return wanted === undefined ? undefined : `typeof(${value}) not in ('${wanted}', 'null')`
}

/**
 * The condition: the second value does not read as the first one did, as text, or as a number if it was one. Fifteen
 * digits are all that a text keeps of a fraction.
 */
export function changed(o: string, n: string, to: Target): string {
  const numbers = `typeof(${o}) in ('integer', 'real') and typeof(${n}) in ('integer', 'real') and ${o} = ${n}`
  const text = `cast(${o} as text) is not cast(${n} as text) and not coalesce(${numbers}, 0)`
  return affinityOf(to) === 'text' ? `(${text} or typeof(${o}) = 'real' and cast(${n} as real) <> ${o})` : text
}

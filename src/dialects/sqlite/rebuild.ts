// A table made anew under its name, with all its rows: what ALTER cannot do. The order of the steps is the only safe one
// (sqlite.org/lang_altertable.html#otheralter): the new table is made beside the old one, and never is the old one renamed,
// because the foreign keys of other tables would follow it. Foreign keys are off meanwhile (see bracket.ts).
import { describe } from '../../operations/index.ts'
import type { Facts } from '../../operations/statement.ts'
import type { Schema, Table } from '../../schema/schema.ts'
import { createIndexText, createObjectText, createTableText, dropObjectText } from './ddl.ts'
import { dependentsOf, mentions } from './dependents.ts'
import { requireForeignKeys } from './foreign-keys.ts'
import type { Guard } from './guard.ts'
import { changed, mayConvert, type Target } from './narrowing.ts'
import { bare, identifier, literal, tableName } from './quote.ts'
import { rowidSource } from './rowid.ts'
import { renamedItself } from './selfname.ts'
import { tableExtra } from './shapes.ts'
import type { Numbered, TableOperation } from './steps.ts'

/** Marks the new table while it stands beside the old one. */
export const SCRATCH = 'godwit_new_'

export interface Rebuild {
  before: Table
  after: Table
  /** The schema after the operations: what lives on the table and what points at it. */
  schema: Schema
  operations: readonly Numbered<TableOperation>[]
  /** The schema as it is when all operations of the list are done. */
  latest(): Schema
}

/** Where each column of the new table has its values from; columns that are missing here get their default. */
interface Copy {
  column: string
  source: string
  /** The values may change without anybody having asked for it. */
  converts: boolean
  target: Target
}

/** Adds the statements of a rebuild. */
export function rebuild(work: Rebuild, out: Guard): void {
  const { before, after, operations, schema } = work
  const operation = operations[0]?.index ?? 0
  const name = bare(after.name)
  const old = tableName(before.name)
  const fresh = identifier(`${SCRATCH}${name}`)
  const copies = copiesOf(work)
  const facts: Facts = {
    lock: 'EXCLUSIVE',
    rewrites: true,
    scans: true,
    blocksWrites: true,
    ...(operations.some((each) => each.operation.kind === 'dropColumn') ? { losesData: true } : {}),
  }
  const run = (sql: string, more: { facts?: Facts; note?: string } = {}) =>
    out.push({ sql, transactional: true, operation, ...more })

  const scratch = renamedItself(after, `${SCRATCH}${name}`)
  run(createTableText(scratch, fresh), {
    note: `${name} is rebuilt: ${operations.map((each) => describe(each.operation)).join('; ')}`,
  })
  run(copyText(work, copies, old, fresh), { facts })
  out.require(
    `the rebuild of ${name} would lose rows`,
    `(select count(*) from ${old}) = (select count(*) from ${fresh})`,
    operation,
  )
  for (const { column, target } of copies.filter(({ converts }) => converts)) {
    const condition = unchanged(work, copies, { column, target }, old, fresh)
    if (condition !== undefined)
      out.require(`the new type of ${name}.${column} would change values`, condition, operation)
  }
  if (isNumbered(before) && isNumbered(after)) {
    // The highest number ever given, not the highest that is left.
    run(`delete from sqlite_sequence where name = ${literal(`${SCRATCH}${name}`)}`)
    run(
      `insert into sqlite_sequence (name, seq) select ${literal(`${SCRATCH}${name}`)}, seq from sqlite_sequence where name = ${literal(bare(before.name))}`,
    )
  }
  // Views and triggers of others name the table, which is not there for a moment. The old way of renaming does not look
  // at them, but neither does it look at what the table says of itself: then they have to go, and come back.
  const legacy = scratch === after
  const dependents = legacy ? [] : dependentsOf(after.name, schema.objects)
  for (const object of dependents.toReversed()) run(dropObjectText(object))
  run(`drop table ${old}`)
  if (legacy) run('pragma legacy_alter_table = on')
  run(`alter table ${fresh} rename to ${tableName(after.name)}`)
  if (legacy) run('pragma legacy_alter_table = off')
  for (const index of after.indexes) run(createIndexText(after.name, index))
  for (const object of schema.objects) {
    if (object.type === 'trigger' && object.table === after.name) run(createObjectText(object))
  }
  for (const object of dependents) run(createObjectText(object))
  requireViews(work, out, operation)
  requireForeignKeys({ ...work, touched: touchedBy(work, copies) }, out, operation)
}

const isNumbered = (table: Table): boolean => table.columns.some(({ identity }) => identity !== undefined)

function copiesOf({ before, after, operations }: Rebuild): Copy[] {
  // Follows every column of the new table back through the operations; null: it is new.
  const origins = new Map<string, { from: string; using?: string } | null>()
  for (const { name } of before.columns) origins.set(name, { from: name })
  for (const { operation } of operations) {
    if (operation.kind === 'addColumn') origins.set(operation.column.name, null)
    if (operation.kind === 'dropColumn') origins.delete(operation.column.name)
    if (operation.kind === 'alterColumn') {
      const origin = origins.get(operation.from.name) ?? null
      if (operation.from.name !== operation.to.name) origins.delete(operation.from.name)
      const using = operation.using === undefined ? {} : { using: operation.using }
      origins.set(operation.to.name, origin === null ? null : { ...origin, ...using })
    }
  }
  const strictIs = ({ extra }: Table): boolean => tableExtra(extra).strict === true
  return after.columns.flatMap((column) => {
    const origin = origins.get(column.name)
    const source = before.columns.find(({ name }) => name === origin?.from)
    if (origin == null || source === undefined || column.generated !== undefined) return []
    const target: Target = { type: column.type, strict: strictIs(after) }
    const converts = origin.using === undefined && mayConvert({ type: source.type, strict: strictIs(before) }, target)
    return [{ column: column.name, source: origin.using ?? identifier(source.name), converts, target }]
  })
}

function copyText({ before, after }: Rebuild, copies: readonly Copy[], old: string, fresh: string): string {
  const rowid = rowidSource(before, after, new Set(copies.map(({ column }) => column)))
  const columns = [...(rowid === undefined ? [] : [rowid.target]), ...copies.map(({ column }) => identifier(column))]
  const sources = [...(rowid === undefined ? [] : [rowid.source]), ...copies.map(({ source }) => source)]
  // OR ABORT overrules the conflict clauses of the new table, which could drop rows silently.
  if (columns.length > 0) {
    return `insert or abort into ${fresh} (${columns.join(', ')}) select ${sources.join(', ')} from ${old}`
  }
  const column = after.columns.find(({ generated }) => generated === undefined)
  return `insert or abort into ${fresh} (${identifier(column?.name ?? '')}) select null from ${old}`
}

// True where every value reads the same as before: as text, or as a number if it was one.
function unchanged(
  work: Rebuild,
  copies: readonly Copy[],
  { column, target }: Pick<Copy, 'column' | 'target'>,
  old: string,
  fresh: string,
): string | undefined {
  const join = joinOf(work, copies)
  if (join === undefined) return undefined
  const [o, n] = [`o.${identifier(column)}`, `n.${identifier(column)}`]
  return `not exists (select 1 from ${old} o join ${fresh} n on ${join} where ${changed(o, n, target)})`
}

// Which row became which.
function joinOf({ before, after }: Rebuild, copies: readonly Copy[]): string | undefined {
  const rowid = rowidSource(before, after, new Set(copies.map(({ column }) => column)))
  if (rowid !== undefined) return `n.${rowid.target} = o.${rowid.source}`
  const key = after.constraints.find(({ type }) => type === 'primary key')
  const kept = key?.columns.filter((column) => before.columns.some(({ name }) => name === column)) ?? []
  if (key === undefined || kept.length !== key.columns.length) return undefined
  return kept.map((column) => `n.${identifier(column)} is o.${identifier(column)}`).join(' and ')
}

// A view that named a dropped column would break without a word: asking for its columns says so.
function requireViews({ operations, schema, after }: Rebuild, out: Guard, operation: number): void {
  const dropped = operations.flatMap(({ operation: each }) => (each.kind === 'dropColumn' ? [each.column.name] : []))
  for (const object of schema.objects) {
    const text = object.definition ?? ''
    if (object.type !== 'view' || !mentions(text, bare(after.name))) continue
    if (!dropped.some((column) => mentions(text, column))) continue
    const name = bare(object.name)
    out.require(
      `the view ${name} would be broken`,
      `exists (select 1 from pragma_table_xinfo(${literal(name)}))`,
      operation,
    )
  }
}

// Columns that are new, gone, or may hold other values than before.
function touchedBy({ operations }: Rebuild, copies: readonly Copy[]): Set<string> {
  const changed = copies.filter(({ converts, column, source }) => converts || source !== identifier(column))
  const touched = new Set(changed.map(({ column }) => column))
  for (const { operation } of operations) {
    if (operation.kind === 'dropColumn' || operation.kind === 'addColumn') touched.add(operation.column.name)
  }
  return touched
}

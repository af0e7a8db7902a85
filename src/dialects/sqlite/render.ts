// Operations as SQL: ALTER where it is exact, otherwise a rebuild of the table.
import { GodwitError } from '../../errors.ts'
import { FILL_NOTE, fillText } from '../../operations/fill.ts'
import { apply, applyAll, isEnsure } from '../../operations/index.ts'
import type { Operation } from '../../operations/operation.ts'
import type { Facts, Statement } from '../../operations/statement.ts'
import { emptySchema, type Schema } from '../../schema/schema.ts'
import type { RenderOptions } from '../dialect.ts'
import { createIndexText, createObjectText, createTableText, dropObjectText } from './ddl.ts'
import { looking, noted } from './ensure.ts'
import { type Guard, guard } from './guard.ts'
import { type NativeContext, nativeStatements } from './native.ts'
import { identifier, tableName } from './quote.ts'
import { rebuild } from './rebuild.ts'
import { renameObject, renameTable } from './rename.ts'
import { splitText } from './split.ts'
import { type Numbered, type Step, stepsOf, type TableOperation } from './steps.ts'
import { atLeast } from './types.ts'

type TableStep = Extract<Step, { table: string }>

/** Errors: SQL_UNSUPPORTED, REVISION_INVALID where an operation does not fit `before`, BUG without a `before` that is needed. */
export function render(operations: readonly Operation[], options: RenderOptions): Statement[] {
  // A script may meet any version of the engine's own client, so only what all of them understand goes into it.
  const context: NativeContext = { alterColumn: options.purpose !== 'script' && atLeast(options.version, 3, 53) }
  const out = guard()
  let schema = options.before
  let certain = true
  for (const step of stepsOf(operations)) {
    if (step.table !== undefined) renderTable(step, schema, context, out, () => schema)
    else renderOther(step, schema, out)
    const done = step.table === undefined ? [step.operation] : step.operations.map(({ operation }) => operation)
    if (done.some((each) => each.kind === 'sql' || each.kind === 'run' || isEnsure(each))) certain = false
    schema &&= advance(schema, done, certain)
  }
  out.close()
  return out.statements
}

/** True where `render` has to know the tables: for a rebuild, or to see whether one is needed. */
export function needsSchema(operations: readonly Operation[]): boolean {
  return stepsOf(operations).some((step) => {
    if (step.table === undefined) {
      return ['renameObject', 'ensureColumn', 'ensureConstraint', 'ensureColumnType'].includes(step.operation.kind)
    }
    return !isWhole(step) && nativeStatements(step.operations, { alterColumn: false }) === null
  })
}

// What the user's own SQL has done is not known here: after it, an operation that does not seem to fit may well do.
function advance(schema: Schema, operations: readonly Operation[], certain: boolean): Schema {
  try {
    return applyAll(schema, operations)
  } catch (error) {
    if (certain) throw error
    return schema
  }
}

const isWhole = ({ operations }: TableStep): boolean =>
  operations[0]?.operation.kind === 'createTable' || operations.at(-1)?.operation.kind === 'dropTable'

function renderTable(
  step: TableStep,
  schema: Schema | undefined,
  context: NativeContext,
  out: Guard,
  latest: () => Schema | undefined,
): void {
  const { operations } = step
  const [first] = operations
  const last = operations.at(-1)
  if (first === undefined || last === undefined) return
  if (last.operation.kind === 'dropTable') {
    if (first.operation.kind === 'createTable') return
    // Its indexes and triggers go with it: what was to be done to it before need not be done.
    out.push(made(`drop table ${tableName(step.table)}`, last, { lock: 'EXCLUSIVE', losesData: true }))
    return
  }
  if (first.operation.kind === 'createTable') {
    const [table] = applyAll(
      emptySchema(),
      operations.map(({ operation }) => operation),
    ).tables
    if (table === undefined) return
    out.push(made(createTableText(table), first))
    for (const index of table.indexes)
      out.push(made(createIndexText(table.name, index), indexOrigin(operations, index.name) ?? first))
    return
  }
  const states = schema === undefined ? undefined : statesOf(schema, operations)
  const native = nativeStatements(operations, context, states)
  if (native !== null) {
    for (const one of native) out.push(one)
    return
  }
  const final = states?.at(-1)
  const before = schema?.tables.find(({ name }) => name === step.table)
  const after = final?.tables.find(({ name }) => name === step.table)
  if (before === undefined || after === undefined || final === undefined) throw schemaNeeded(step.table)
  rebuild({ before, after, schema: final, operations, latest: () => latest() ?? final }, out)
}

// The schema before each operation and after the last. Errors: REVISION_INVALID.
function statesOf(schema: Schema, operations: readonly Numbered<TableOperation>[]): Schema[] {
  const states = [schema]
  let current = schema
  for (const { operation } of operations) {
    current = apply(current, operation)
    states.push(current)
  }
  return states
}

const indexOrigin = (operations: readonly Numbered<TableOperation>[], name: string) =>
  operations.find(({ operation }) => operation.kind === 'createIndex' && operation.index.name === name)

const schemaNeeded = (table: string): GodwitError =>
  new GodwitError('BUG', `The table ${table} has to be rebuilt, and its definition is not known.`, {
    fix: 'Please report it.',
  })

function made(sql: string, { index }: { index: number }, facts?: Facts): Statement {
  return { sql, transactional: true, operation: index, ...(facts === undefined ? {} : { facts }) }
}

function renderOther(step: Exclude<Step, TableStep>, schema: Schema | undefined, out: Guard): void {
  const { operation } = step
  const push = (sql: string, facts?: Facts) => out.push(made(sql, step, facts))
  switch (operation.kind) {
    case 'renameTable':
      for (const sql of renameTable(operation.from, operation.to)) push(sql)
      return
    case 'renameColumn':
      push(
        `alter table ${tableName(operation.table)} rename column ${identifier(operation.from)} to ${identifier(operation.to)}`,
      )
      return
    case 'createObject':
      push(createObjectText(operation.object))
      return
    case 'dropObject':
      push(
        dropObjectText(operation.object),
        operation.object.type === 'virtual table' ? { losesData: true } : undefined,
      )
      return
    case 'alterObject':
      push(dropObjectText(operation.from), operation.from.type === 'virtual table' ? { losesData: true } : undefined)
      push(createObjectText(operation.to))
      return
    case 'renameObject':
      for (const sql of renameObject(operation, schema)) push(sql)
      return
    case 'renameValue':
      throw new GodwitError('SQL_UNSUPPORTED', 'SQLite has no enum types whose values could be renamed.', {
        fix: 'Write the change with op.sql.',
      })
    case 'ensureTable':
    case 'ensureColumn':
    case 'ensureIndex':
    case 'ensureObject':
    case 'ensureConstraint':
    case 'ensureColumnType': {
      const found = looking(operation, schema)
      if ('statements' in found) for (const sql of found.statements) push(sql)
      else {
        const options = schema === undefined ? {} : { before: schema }
        const inner = render(found.operations, { ...options, purpose: 'script' })
        for (const one of noted(inner, found.note).map((statement) => ({ ...statement, operation: step.index })))
          out.push(one)
      }
      return
    }
    case 'backfill':
      out.push({ ...made(fillText(identifier, operation), step), note: FILL_NOTE })
      return
    case 'sql':
      for (const { sql, transactional, control } of splitText(operation.up)) {
        // The revision is one transaction already.
        if (control) continue
        if (!transactional) out.close()
        out.push({ sql, transactional, operation: step.index })
        if (!transactional) out.close()
      }
      return
    // What this takes back is known to the journal: the runner has put that in its place.
    case 'takeBack':
    case 'run':
  }
}

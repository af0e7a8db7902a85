// The SQL for operations: clauses of ALTER TABLE that are merged where it is free, and everything else in its own words.
import { GodwitError } from '../../errors.ts'
import { FILL_NOTE, fillText, UNGUARDED } from '../../operations/fill.ts'
import { apply } from '../../operations/index.ts'
import type { Kind, Operation, OperationOf } from '../../operations/operation.ts'
import type { Statement } from '../../operations/statement.ts'
import { equalData } from '../../schema/json.ts'
import { objectRef } from '../../schema/names.ts'
import { type Column, type Constraint, emptySchema, type Schema, type Table } from '../../schema/schema.ts'
import type { RenderOptions } from '../dialect.ts'
import { renamedRef } from './definers.ts'
import { type Flavor, flavorOf } from './flavor.ts'
import * as probe from './probes/index.ts'
import { identifier, path } from './quote.ts'
import { arrange } from './render/arrange.ts'
import type { Change, Item } from './render/change.ts'
import { columnWords, constraintWords, createTableWords, indexWords, positionWords } from './render/definitions.ts'
import { guarded } from './render/ensure.ts'
import { heldBy, meaning, partsOf } from './render/keys.ts'
import * as cost from './render/levels.ts'
import { merge } from './render/merge.ts'
import { alterObject, createObject, dropObject, renameObject } from './render/objects.ts'
import { alterTable, renameWords } from './render/table.ts'
import { type IndexExtra, shape, type TableExtra } from './shapes.ts'
import { splitText } from './split.ts'

/** What a renderer may look at. */
interface Context {
  flavor: Flavor
  /** Index of the operation. */
  at: number
  /** The schema right before the operation, as far as it is known: for definitions that an operation only names. */
  schema: Schema
  /**
   * The table that a change meets, for the choice of ALGORITHM and LOCK. Unknown to the runner: a step that goes on after
   * a crash has to come to the very statements it began with, whatever the tables look like by then.
   */
  met(table: string): Table | undefined
  operations: readonly Operation[]
  /** Who defined what is made anew, by ref. */
  live: Readonly<Record<string, string>> | undefined
  /** Columns as earlier operations of the list left them: `table\0column` to the definition. */
  latest: ReadonlyMap<string, string>
}

type Renderers = { [K in Kind]: (operation: OperationOf<K>, context: Context) => Item[] }

const tableIn = ({ schema }: Context, name: string): Table | undefined =>
  schema.tables.find((table) => table.name === name)

const change = (context: Context, table: string, rest: Omit<Change, 'table' | 'operation'>): Change => ({
  table,
  operation: context.at,
  ...rest,
})

/** MODIFY converts as the server sees fit; an expression that was asked for must not be passed over. */
function refuseUsing(expression: string | undefined, column: string): never[] {
  if (expression === undefined) return []
  throw new GodwitError('SQL_UNSUPPORTED', `This server converts ${column} by itself: \`using\` cannot be asked for.`, {
    why: `The conversion that was asked for is ${expression}. MODIFY COLUMN takes none.`,
    fix: 'Add a new column, fill it with op.backfill or op.sql, drop the old one and give the new one its name.',
  })
}

const renderers: Renderers = {
  createTable: ({ table }, { at, flavor }) => [
    { operation: at, sql: createTableWords(table, flavor), check: probe.tableCreated(table) },
  ],
  dropTable: ({ table }, { at }) => [
    { operation: at, sql: `DROP TABLE ${path(table.name)}`, check: probe.relationDropped(table.name), losesData: true },
  ],
  renameTable: ({ from, to }, { at }) => [
    { operation: at, sql: renameWords(from, to), check: probe.relationRenamed(from, to) },
  ],
  alterTable: (operation, context) => {
    // Those changed before are in the schema as they are now.
    const redefined = context.operations
      .slice(context.at)
      .flatMap((each) => (each.kind === 'alterColumn' && each.table === operation.table ? [each.to.name] : []))
    return alterTable(context.at, operation, tableIn(context, operation.table), new Set(redefined), context.flavor)
  },

  addColumn: ({ table, column, after }, context) => [
    change(context, table, {
      clause: `ADD COLUMN ${columnWords(column)}${positionWords(after)}`,
      check: probe.columnAdded(table, column, context.flavor),
      ...cost.addColumnCost(column, after, context.met(table), context.flavor),
      early: true,
      direction: 'added',
      adds: column.name,
      ...(column.identity !== undefined && { counts: { on: column.name } }),
      ...(after !== undefined && { after }),
    }),
  ],
  dropColumn: ({ table, column }, context) => [
    change(context, table, {
      clause: `DROP COLUMN ${identifier(column.name)}`,
      check: probe.columnDropped(table, column.name),
      ...cost.dropColumnCost(column, context.met(table), context.flavor),
      losesData: true,
      direction: 'dropped',
      column: column.name,
      drops: column.name,
      ...(column.identity !== undefined && { counts: { off: column.name } }),
    }),
  ],
  renameColumn: ({ table, from, to }, context) => [
    change(context, table, {
      clause: `RENAME COLUMN ${identifier(from)} TO ${identifier(to)}`,
      check: probe.columnRenamed(table, from, to),
      ...cost.renameColumnCost(context.met(table), context.flavor),
      alone: true,
    }),
  ],
  alterColumn: ({ table, from, to, using, reverseUsing }, context) => [
    ...refuseUsing(using ?? reverseUsing, `${table}.${to.name}`),
    change(context, table, {
      clause: `MODIFY COLUMN ${columnWords(to)}`,
      check: probe.columnAltered(table, to, context.flavor),
      ...(recollated(table, from, to, context.operations)
        ? { level: 4 as const, company: 'any' as const }
        : cost.alterColumnCost(from, to, context.met(table), context.flavor)),
      column: to.name,
      ...meaning(from, to),
    }),
  ],
  // The operation carries the column as it was at first: a change in between has the last word.
  moveColumn: ({ table, column, to }, context) => [
    change(context, table, {
      clause: `MODIFY COLUMN ${context.latest.get(`${table}\0${column.name}`) ?? columnWords(column)}${positionWords(to)}`,
      check: probe.columnMoved(table, column.name, to),
      ...cost.moveColumnCost(context.met(table), context.flavor),
      column: column.name,
      after: to,
    }),
  ],

  addConstraint: (operation, context) => {
    const { table, constraint } = operation
    const add = addConstraint(table, constraint, context)
    return [replaces(operation, context.operations) ? keepingIndex(table, constraint, add, context) : add]
  },
  dropConstraint: ({ table, constraint }, context) => [dropConstraint(table, constraint, context)],
  // One statement, so that one of the two names is there at any time; a run that goes on may find the new one.
  renameConstraint: ({ table, from, to }, context) => {
    const constraints = tableIn(context, table)?.constraints ?? []
    const before = constraints.find(({ name }) => name === from) ?? constraints.find(({ name }) => name === to)
    if (before === undefined) {
      throw new GodwitError('REVISION_INVALID', `There is no constraint ${from} on ${table} to rename.`, {
        why: 'The server cannot rename a constraint: it is dropped and added again, for which its definition is needed.',
        fix: 'Correct the name, or write the change with op.sql.',
      })
    }
    const drop = dropConstraint(table, { ...before, name: from }, context)
    const plain = addConstraint(table, { ...before, name: to }, context)
    const add = before.type === 'foreign key' ? keepingIndex(table, before, plain, context) : plain
    return [
      change(context, table, {
        clause: `${drop.clause},\n  ${add.clause}`,
        check: {
          done: `(${drop.check.done}) and (${add.check.done})`,
          absent: `(${drop.check.absent}) and (${add.check.absent})`,
        },
        level: 4,
        company: 'any',
        alone: true,
      }),
    ]
  },
  alterConstraint: ({ table, from, to }, context) => {
    const drop = dropConstraint(table, from, context)
    const add = addConstraint(table, to, context)
    if (to.type === 'foreign key') return [{ ...drop, alone: true }, keepingIndex(table, to, add, context)]
    const level = to.type === 'primary key' ? cost.changePrimaryKeyCost(context.met(table), context.flavor) : add
    return [
      change(context, table, {
        clause: `${drop.clause},\n  ${add.clause}`,
        check: probe.constraintAltered(table, to, context.flavor),
        level: level.level,
        company: level.company,
        keys: { made: to.name, added: heldBy(to), gone: from.name, dropped: heldBy(from) },
      }),
    ]
  },

  createIndex: ({ table, index }, context) => [
    change(context, table, {
      clause: `ADD ${indexWords(index, context.flavor)}`,
      check: probe.indexAdded(table, index, context.flavor),
      ...cost.createIndexCost(index, context.met(table), context.flavor),
      early: true,
      direction: 'added',
      keys: { made: index.name, added: partsOf(index) },
    }),
  ],
  dropIndex: ({ table, index }, context) => [
    change(context, table, {
      clause: `DROP KEY ${identifier(index.name)}`,
      check: probe.indexDropped(table, index.name),
      ...cost.dropIndexCost(index, context.met(table), context.flavor),
      late: true,
      direction: 'dropped',
      keys: { gone: index.name, dropped: partsOf(index) },
    }),
  ],
  renameIndex: ({ table, from, to }, context) => [
    change(context, table, {
      clause: `RENAME INDEX ${identifier(from)} TO ${identifier(to)}`,
      check: probe.indexRenamed(table, from, to),
      ...cost.indexNameCost(context.met(table), context.flavor),
    }),
  ],
  alterIndex: ({ table, from, to }, context) => {
    const { flavor } = context
    const before = context.met(table)
    const check = probe.indexAltered(table, to, flavor)
    if (cost.isVisibilityOnly(from, to)) {
      const hidden = shape<IndexExtra>(to.extra).hidden === true
      const clause = `ALTER INDEX ${identifier(to.name)} ${hidden ? flavor.hidden.on : flavor.hidden.off}`
      return [change(context, table, { clause, check, ...cost.indexNameCost(before, flavor) })]
    }
    const clause = `DROP KEY ${identifier(from.name)},\n  ADD ${indexWords(to, flavor)}`
    const keys = { made: to.name, added: partsOf(to), gone: from.name, dropped: partsOf(from) }
    const [gone, come] = [cost.dropIndexCost(from, before, flavor), cost.createIndexCost(to, before, flavor)]
    return [change(context, table, { clause, check, ...(gone.level > come.level ? gone : come), keys })]
  },

  createObject: ({ object }, { at, live }) => [createObject(at, object, live?.[objectRef(object)])],
  dropObject: ({ object }, { at }) => [dropObject(at, object)],
  alterObject: ({ from, to }, { at, flavor, live }) => alterObject(at, from, to, flavor, live?.[objectRef(to)]),
  renameObject: (operation, { at, schema, live }) =>
    renameObject(
      at,
      operation,
      // A run that goes on may find the new name alone.
      [operation.from, operation.to]
        .map((wanted) => schema.objects.find(({ type, name }) => type === operation.type && name === wanted))
        .find((found) => found !== undefined),
      live?.[renamedRef(operation)],
    ),
  renameValue: ({ name }) => {
    throw new GodwitError('SQL_UNSUPPORTED', `The enum ${name} is no object of this database.`, {
      why: 'Enums are types of columns here.',
      fix: 'Change the column: add the new value, update the rows, take the old value away.',
    })
  },
  ensureTable: (operation, context) =>
    renderers.createTable({ ...operation, kind: 'createTable' }, context).map((item) => guarded(item, context.flavor)),
  ensureColumn: (operation, context) =>
    renderers.addColumn({ ...operation, kind: 'addColumn' }, context).map((item) => guarded(item, context.flavor)),
  ensureIndex: (operation, context) =>
    renderers.createIndex({ ...operation, kind: 'createIndex' }, context).map((item) => guarded(item, context.flavor)),
  ensureConstraint: ({ table, constraint }, context) => [
    guarded(addConstraint(table, constraint, context), context.flavor),
  ],
  // MODIFY says the whole column: it has to be known. To the type that it has, it changes nothing.
  ensureColumnType: ({ table, column, type, using, reverseUsing }, context) => {
    refuseUsing(using ?? reverseUsing, `${table}.${column}`)
    const from = tableIn(context, table)?.columns.find(({ name }) => name === column)
    if (from === undefined || from.type === type) return []
    return renderers.alterColumn({ kind: 'alterColumn', table, from, to: { ...from, type } }, context)
  },
  ensureObject: ({ object }, { at }) => [{ ...createObject(at, object), note: UNGUARDED }],
  backfill: (operation, { at }) => [
    { operation: at, sql: fillText(identifier, operation), transactional: true, note: FILL_NOTE },
  ],
  // What this takes back is known to the journal: the runner has put that in its place.
  takeBack: () => [],
  sql: ({ up }, { at }) =>
    splitText(up)
      .filter(({ control }) => !control)
      .map(({ sql, transactional }) => ({ operation: at, sql, transactional })),
  run: () => [],
}

/** Whether the table gets another character set in the same list, and the column, which names none, goes along. */
const recollated = (table: string, from: Column, to: Column, operations: readonly Operation[]): boolean =>
  (from.collation === undefined || to.collation === undefined) &&
  operations.some((each) => {
    if (each.kind !== 'alterTable' || each.table !== table) return false
    return shape<TableExtra>(each.from.extra).collation !== shape<TableExtra>(each.to.extra).collation
  })

function addConstraint(table: string, constraint: Constraint, context: Context): Change {
  const { flavor } = context
  const isForeign = constraint.type === 'foreign key'
  return change(context, table, {
    clause: `ADD ${constraintWords(constraint)}`,
    check: probe.constraintAdded(table, constraint, flavor),
    ...cost.addConstraintCost(constraint, context.met(table), flavor),
    direction: 'added',
    ...(isForeign
      ? { tie: 'added' as const }
      : { early: true, keys: { made: constraint.name, added: heldBy(constraint) } }),
    ...(constraint.type === 'primary key' && { key: 'added' as const }),
  })
}

/** Whether a foreign key takes the place of another one over the same columns. */
const replaces = ({ table, constraint }: OperationOf<'addConstraint'>, operations: readonly Operation[]): boolean =>
  constraint.type === 'foreign key' &&
  operations.some(
    (each) =>
      each.kind === 'dropConstraint' &&
      each.table === table &&
      each.constraint.type === 'foreign key' &&
      equalData(each.constraint.columns, constraint.columns),
  )

/**
 * An index that the server once made for a foreign key is replaced by another one, of another name, as soon as the next
 * key comes. Made anew in the same copy, it is an index like any other.
 */
function keepingIndex(table: string, { columns }: Constraint, add: Change, context: Context): Change {
  const made = context.operations.flatMap((each) =>
    each.kind === 'createIndex' || each.kind === 'dropIndex' ? [each.index.name] : [],
  )
  const index = tableIn(context, table)?.indexes.find(
    ({ name, unique, keys, method, extra }) =>
      !unique &&
      method === undefined &&
      extra === undefined &&
      !made.includes(name) &&
      equalData(
        keys.map((key) => ({ ...key })),
        columns.map((column) => ({ column })),
      ),
  )
  if (index === undefined) return add
  return {
    ...add,
    clause: `DROP KEY ${identifier(index.name)},\n  ADD ${indexWords(index, context.flavor)},\n  ${add.clause}`,
  }
}

function dropConstraint(table: string, constraint: Constraint, context: Context): Change {
  const { flavor } = context
  const name = identifier(constraint.name)
  const words: Readonly<Record<Constraint['type'], string>> = {
    'primary key': 'DROP PRIMARY KEY',
    'foreign key': `DROP FOREIGN KEY ${name}`,
    unique: `DROP KEY ${name}`,
    check: flavor.dropConstraint ? `DROP CONSTRAINT ${name}` : `DROP CHECK ${name}`,
    exclude: `DROP CONSTRAINT ${name}`,
  }
  return change(context, table, {
    clause: words[constraint.type],
    check: probe.constraintDropped(table, constraint),
    ...cost.dropConstraintCost(constraint, context.met(table), flavor),
    direction: 'dropped',
    ...(constraint.type === 'foreign key'
      ? { tie: 'dropped' as const }
      : { late: true, keys: { gone: constraint.name, dropped: heldBy(constraint) } }),
    ...(constraint.type === 'primary key' && { key: 'dropped' as const }),
  })
}

const renderOne = <K extends Kind>(kind: K, operation: OperationOf<K>, context: Context): Item[] =>
  renderers[kind](operation, context)

/** The statements, in order; changes of one table share a statement where that costs no more. */
export function render(
  operations: readonly Operation[],
  { before, version, purpose, live }: RenderOptions,
): Statement[] {
  const flavor = flavorOf(version ?? '')
  let schema = before ?? emptySchema()
  const script = purpose === 'script'
  const latest = new Map<string, string>()
  const items: Item[] = []
  const versioned = new Set<string>()
  for (const { operation, at } of arrange(operations)) {
    const current = schema
    const met = (table: string): Table | undefined =>
      script ? current.tables.find(({ name }) => name === table) : undefined
    for (const table of schema.tables) if (shape<TableExtra>(table.extra).versioned === true) versioned.add(table.name)
    for (const one of renderOne(operation.kind, operation, { flavor, at, schema, operations, latest, met, live }))
      items.push(one)
    if (operation.kind === 'alterColumn') {
      latest.set(`${operation.table}\0${operation.to.name}`, columnWords(operation.to))
    }
    schema = after(schema, operation)
  }
  // Our own sessions are allowed to alter history; the client that a script is piped into has to be told.
  const statements = merge(items, flavor, (table) => script && versioned.has(table))
  return script ? statements.map((statement) => ({ ...statement, sql: forClient(statement.sql) })) : statements
}

/** The server's own client ends a statement at its first semicolon, unless it is told of another end. */
function forClient(sql: string): string {
  if (
    !sql.includes(';') ||
    !/^\s*CREATE (?:OR REPLACE )?(?:DEFINER=\S+ )?(?:AGGREGATE )?(?:PROCEDURE|FUNCTION|TRIGGER|EVENT)\b/i.test(sql)
  )
    return sql
  // A delimiter that the body does not hold; at its end stands a blank, for bodies that end in one of its characters.
  const delimiter = ['$$', '//', '~~', '@@@'].find((each) => !sql.includes(each)) ?? '$godwit$'
  return `DELIMITER ${delimiter}\n${sql} ${delimiter}\nDELIMITER ;`
}

// Without the schema before, most operations do not fit what is known: then the little that is known stays.
function after(schema: Schema, operation: Operation): Schema {
  try {
    return apply(schema, operation)
  } catch {
    return schema
  }
}

/** Whether the schema must be read first: for definitions that an operation only names, and for columns that follow their table. */
export function needsSchema(operations: readonly Operation[]): boolean {
  return operations.some((operation) => {
    if (operation.kind === 'renameConstraint' || operation.kind === 'ensureColumnType') return true
    if (operation.kind === 'alterConstraint') return operation.to.type === 'foreign key'
    if (operation.kind === 'addConstraint') return replaces(operation, operations)
    if (operation.kind === 'renameObject') return !['view', 'sequence', 'event'].includes(operation.type)
    if (operation.kind !== 'alterTable') return false
    const [from, to] = [shape<TableExtra>(operation.from.extra), shape<TableExtra>(operation.to.extra)]
    return from.collation !== to.collation
  })
}

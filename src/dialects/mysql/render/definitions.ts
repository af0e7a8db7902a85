// The words for columns, keys and tables. Every attribute is written each time: what MODIFY does not repeat is lost.
import type { Column, Constraint, Index, IndexKey, ReferenceAction, Table } from '../../../schema/schema.ts'
import type { Flavor } from '../flavor.ts'
import { identifier, path, textLiteral } from '../quote.ts'
import {
  type ColumnExtra,
  type ConstraintExtra,
  type IndexExtra,
  type IndexKeyExtra,
  type Options,
  type PartitionExtra,
  shape,
  type TableExtra,
} from '../shapes.ts'

/** A list of quoted names in parentheses. */
export const nameList = (names: readonly string[]): string => `(${names.map(identifier).join(', ')})`

/** A column as CREATE TABLE, ADD and MODIFY want it. */
export function columnWords(column: Column): string {
  const extra = shape<ColumnExtra>(column.extra)
  const { generated, default: initial } = column
  const isTimestamp = /^timestamp\b/i.test(column.type)
  return [
    identifier(column.name),
    column.type,
    extra.compressed === undefined ? '' : `COMPRESSED${extra.compressed === '' ? '' : `=${extra.compressed}`}`,
    column.collation === undefined ? '' : `COLLATE ${column.collation}`,
    generated === undefined
      ? ''
      : `GENERATED ALWAYS AS (${generated.expression}) ${generated.stored ? 'STORED' : 'VIRTUAL'}`,
    extra.period === undefined ? '' : `GENERATED ALWAYS AS ROW ${extra.period.toUpperCase()}`,
    column.nullable || extra.period !== undefined
      ? isTimestamp && generated === undefined && extra.period === undefined
        ? 'NULL'
        : ''
      : 'NOT NULL',
    extra.srid === undefined ? '' : `SRID ${extra.srid}`,
    initial === undefined ? '' : `DEFAULT ${initial}`,
    extra.onUpdate === undefined ? '' : `ON UPDATE ${extra.onUpdate}`,
    column.identity === undefined ? '' : 'AUTO_INCREMENT',
    extra.invisible === true ? 'INVISIBLE' : '',
    extra.unversioned === true ? 'WITHOUT SYSTEM VERSIONING' : '',
    optionWords(extra.options, ' '),
    column.comment === undefined ? '' : `COMMENT ${textLiteral(column.comment)}`,
    extra.check === undefined ? '' : `CHECK (${extra.check})`,
  ]
    .filter((part) => part !== '')
    .join(' ')
}

/** ` FIRST`, ` AFTER …`, or nothing for the last place. */
export const positionWords = (after: string | null | undefined): string =>
  after === undefined ? '' : after === null ? ' FIRST' : ` AFTER ${identifier(after)}`

// COLUMN_FORMAT and STORAGE are written without a sign; engine options with their own quotes.
function optionWords(options: Options | undefined, separator: string): string {
  return Object.entries(options ?? {})
    .map(([name, value]) =>
      name === 'COLUMN_FORMAT' || name === 'STORAGE' ? `${name} ${value}` : `${optionName(name)}=${value}`,
    )
    .join(separator)
}

// The known ones are upper case words; anything else is an engine's own and quoted.
const optionName = (name: string): string =>
  /^(?:[A-Z_]+(?: DIRECTORY)?|`(?:[^`]|``)*`)$/.test(name) ? name : identifier(name)

function keyWords(key: IndexKey): string {
  const extra = shape<IndexKeyExtra>(key.extra)
  const base = key.column === undefined ? `(${key.expression ?? ''})` : identifier(key.column)
  const length = extra.length === undefined ? '' : `(${extra.length})`
  return `${base}${length}${extra.withoutOverlaps === true ? ' WITHOUT OVERLAPS' : ''}${key.descending === true ? ' DESC' : ''}`
}

const METHODS = new Set(['fulltext', 'spatial', 'vector'])

/** An index as CREATE TABLE and ADD want it. */
export function indexWords(index: Index, flavor: Flavor): string {
  const extra = shape<IndexExtra>(index.extra)
  const method = index.method ?? extra.using
  const special = index.method !== undefined && METHODS.has(index.method)
  const kind = index.unique ? 'UNIQUE KEY' : special ? `${index.method?.toUpperCase()} KEY` : 'KEY'
  return [
    `${kind} ${identifier(index.name)} (${index.keys.map(keyWords).join(', ')})`,
    special || method === undefined ? '' : `USING ${method.toUpperCase()}`,
    optionWords(extra.options, ' '),
    extra.parser === undefined ? '' : `WITH PARSER ${identifier(extra.parser)}`,
    index.comment === undefined ? '' : `COMMENT ${textLiteral(index.comment)}`,
    extra.hidden === true ? flavor.hidden.on : '',
  ]
    .filter((part) => part !== '')
    .join(' ')
}

const ACTIONS: Readonly<Record<ReferenceAction, string>> = {
  cascade: 'CASCADE',
  restrict: 'RESTRICT',
  'set null': 'SET NULL',
  'set default': 'SET DEFAULT',
}

/** A constraint as CREATE TABLE and ADD want it. */
export function constraintWords(constraint: Constraint): string {
  const extra = shape<ConstraintExtra>(constraint.extra)
  const name = constraint.name === '' ? '' : `CONSTRAINT ${identifier(constraint.name)} `
  const { references } = constraint
  switch (constraint.type) {
    case 'primary key': {
      const keys = extra.keys?.map(({ column, length, descending, withoutOverlaps }) =>
        keyWords({
          column,
          ...(descending === true && { descending }),
          extra: {
            ...(length !== undefined && { length }),
            ...(withoutOverlaps === true && { withoutOverlaps }),
          },
        }),
      )
      return [
        `PRIMARY KEY (${(keys ?? constraint.columns.map(identifier)).join(', ')})`,
        extra.using === undefined ? '' : `USING ${extra.using.toUpperCase()}`,
        optionWords(extra.options, ' '),
        constraint.comment === undefined ? '' : `COMMENT ${textLiteral(constraint.comment)}`,
      ]
        .filter((part) => part !== '')
        .join(' ')
    }
    case 'unique':
      return `${name}UNIQUE ${nameList(constraint.columns)}`
    case 'foreign key':
      return [
        `${name}FOREIGN KEY ${nameList(constraint.columns)}`,
        `REFERENCES ${path(references?.table ?? '')} ${nameList(references?.columns ?? [])}`,
        references?.onDelete === undefined ? '' : `ON DELETE ${ACTIONS[references.onDelete]}`,
        references?.onUpdate === undefined ? '' : `ON UPDATE ${ACTIONS[references.onUpdate]}`,
      ]
        .filter((part) => part !== '')
        .join(' ')
    default:
      return `${name}CHECK (${constraint.expression ?? ''})${extra.notEnforced === true ? ' NOT ENFORCED' : ''}`
  }
}

/** The options behind the parentheses of CREATE TABLE. */
export function tableOptions(table: Pick<Table, 'comment' | 'extra'>): string[] {
  const extra = shape<TableExtra>(table.extra)
  return [
    `ENGINE=${extra.engine ?? 'InnoDB'}`,
    ...(extra.collation === undefined ? [] : [`COLLATE=${extra.collation}`]),
    ...Object.entries(extra.options ?? {}).map(([name, value]) =>
      name === 'TABLESPACE' ? `${name} ${value}` : `${optionName(name)}=${value}`,
    ),
    ...(table.comment === undefined ? [] : [`COMMENT=${textLiteral(table.comment)}`]),
  ]
}

/** PARTITION BY and what follows. */
export function partitionWords({ by, list }: PartitionExtra): string {
  if (list === undefined) return `PARTITION BY ${by}`
  return `PARTITION BY ${by} (\n  ${list.map(onePartition).join(',\n  ')}\n)`
}

/** One partition of the list. */
export const onePartition = ({ name, values }: { name: string; values: string }): string =>
  `PARTITION ${identifier(name)} ${values}`.trimEnd()

/** CREATE TABLE with everything the table holds. */
export function createTableWords(table: Table, flavor: Flavor): string {
  const extra = shape<TableExtra>(table.extra)
  const lines = [
    ...table.columns.map(columnWords),
    ...(extra.periods ?? []).map((period) => `PERIOD FOR ${period}`),
    ...table.constraints.filter(({ type }) => type === 'primary key').map(constraintWords),
    ...table.indexes.map((index) => indexWords(index, flavor)),
    ...table.constraints.filter(({ type }) => type !== 'primary key').map(constraintWords),
  ]
  const options = [...tableOptions(table), ...(extra.versioned === true ? ['WITH SYSTEM VERSIONING'] : [])].join(' ')
  const partitions = extra.partitions === undefined ? '' : `\n${partitionWords(extra.partitions)}`
  return `CREATE TABLE ${path(table.name)} (\n  ${lines.join(',\n  ')}\n) ${options}${partitions}`
}

// Whether a change of a constraint has happened.
import { unqualify } from '../../../schema/names.ts'
import type { Constraint, Index } from '../../../schema/schema.ts'
import type { Flavor } from '../flavor.ts'
import { bytes, type Check, exists, inTable, oneOf, own, repeatable } from './check.ts'
import { indexIs } from './indexes.ts'

/** Whether there is a constraint of this name, of whatever type. */
export const constraintExists = (table: string, name: string): string =>
  exists('table_constraints', [...inTable(table), bytes('constraint_name', name)])

const hasConstraint = (table: string, name: string, type: string): string =>
  exists('table_constraints', [...inTable(table), `constraint_type = '${type}'`, bytes('constraint_name', name)])

const asIndex = ({ name, columns }: Constraint): Index => ({
  name,
  unique: true,
  keys: columns.map((column) => ({ column })),
})

function constraintIs(table: string, constraint: Constraint, flavor: Flavor): string {
  const { schema, name: quoted } = own(table)
  switch (constraint.type) {
    case 'primary key': {
      // Parts of a key and its comment are rare here: the columns tell.
      const where = [...inTable(table), `index_name = 'PRIMARY'`]
      const columns = `(select group_concat(column_name order by seq_in_index separator ',') from information_schema.statistics where ${where.join(' and ')})`
      return bytes(columns, constraint.columns.join(','))
    }
    case 'unique':
      return indexIs(table, asIndex(constraint), flavor)
    case 'foreign key': {
      const target = unqualify(constraint.references?.table ?? '')
      const wanted = constraint.columns
        .map((column, at) => `${column}:${target.name}:${constraint.references?.columns[at] ?? ''}`)
        .join(',')
      const columns = `(select group_concat(concat(column_name, ':', referenced_table_name, ':', referenced_column_name) order by ordinal_position separator ',') from information_schema.key_column_usage where ${[...inTable(table), bytes('constraint_name', constraint.name), 'referenced_table_name is not null'].join(' and ')})`
      const rule = (action: string | undefined): readonly string[] =>
        action === undefined || action === 'restrict' ? ['RESTRICT', 'NO ACTION'] : [action.toUpperCase()]
      return `${bytes(columns, wanted)} and ${exists('referential_constraints', [
        `constraint_schema = ${schema}`,
        `table_name = ${quoted}`,
        bytes('constraint_name', constraint.name),
        oneOf('delete_rule', rule(constraint.references?.onDelete)),
        oneOf('update_rule', rule(constraint.references?.onUpdate)),
      ])}`
    }
    default: {
      const where = [`constraint_schema = ${schema}`, bytes('constraint_name', constraint.name)]
      if (flavor.columnChecks) where.push(`table_name = ${quoted}`, `level = 'Table'`)
      where.push(bytes(`replace(check_clause, x'5c27', x'27')`, constraint.expression ?? ''))
      return exists('check_constraints', where)
    }
  }
}

const TYPES: Readonly<Record<Constraint['type'], string>> = {
  'primary key': 'PRIMARY KEY',
  unique: 'UNIQUE',
  'foreign key': 'FOREIGN KEY',
  check: 'CHECK',
  exclude: 'CHECK',
}

/** Adding a constraint. */
export const constraintAdded = (table: string, constraint: Constraint, flavor: Flavor): Check => ({
  done: constraintIs(table, constraint, flavor),
  absent: `not ${hasConstraint(table, constraint.name, TYPES[constraint.type])}`,
})

/** Dropping a constraint. */
export const constraintDropped = (table: string, { name, type }: Constraint): Check => ({
  done: `not ${hasConstraint(table, name, TYPES[type])}`,
  absent: hasConstraint(table, name, TYPES[type]),
})

/** A constraint that becomes another one of the same name. */
export const constraintAltered = (table: string, to: Constraint, flavor: Flavor): Check =>
  repeatable(constraintIs(table, to, flavor))

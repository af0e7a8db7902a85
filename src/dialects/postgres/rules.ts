// What can go wrong on PostgreSQL alone. Locks were measured on 12 to 18; the rules for all databases are in lint/rules.
import type { Finding, Rule, Subject } from '../../lint/rule.ts'
import type { Operation, OperationOf } from '../../operations/operation.ts'
import type { Constraint, Index, Table } from '../../schema/schema.ts'
import { tokens } from '../../schema/tokens.ts'

type Found = Omit<Finding, 'code' | 'severity'>

const freshTables = ({ operations }: Pick<Subject, 'operations'>): Set<string> =>
  new Set(operations.flatMap((each) => (each.kind === 'createTable' ? [each.table.name] : [])))

/** Findings of one operation after the other. */
const each = (subject: Subject, find: (operation: Operation) => Omit<Found, 'operation'> | undefined): Found[] =>
  subject.operations.flatMap((operation, at) => {
    const found = find(operation)
    return found === undefined ? [] : [{ operation: at, ...found }]
  })

const existingReferences = ({ operations }: Subject, operation: Operation): Constraint[] => {
  const fresh = freshTables({ operations })
  const constraints =
    operation.kind === 'createTable'
      ? operation.table.constraints
      : operation.kind === 'addConstraint'
        ? [operation.constraint]
        : []
  return constraints.filter(({ references }) => references !== undefined && !fresh.has(references.table))
}

/** A foreign key holds up the writers of the table it points at, even where the table it is on is new. */
const parentLocked: Rule = {
  code: 'PG101',
  name: 'parent-locked',
  severity: 'info',
  check: (subject) =>
    each(subject, (operation) => {
      const parents = existingReferences(subject, operation).map(({ references }) => references?.table ?? '')
      if (parents.length === 0) return undefined
      return {
        message: `Writers to ${[...new Set(parents)].join(', ')} wait until the revision commits (SHARE ROW EXCLUSIVE).`,
        instead: 'Keep such a revision short: nothing that scans or fills rows beside it.',
      }
    }),
}

/** A foreign key that looks at all rows while writers of both tables wait. */
const validatedAtOnce: Rule = {
  code: 'PG102',
  name: 'foreign-key-validated-at-once',
  severity: 'warning',
  check(subject) {
    const fresh = freshTables(subject)
    return each(subject, (operation) => {
      if (operation.kind !== 'addConstraint' || fresh.has(operation.table)) return undefined
      const { constraint, table } = operation
      if (constraint.type !== 'foreign key' || constraint.extra?.notValid === true) return undefined
      return {
        message: `All rows of ${table} are checked against ${constraint.references?.table} while writers to both wait.`,
        instead: 'Add it with `extra: { notValid: true }`, and make it valid in the next revision: that blocks nobody.',
      }
    })
  },
}

/** Every delete or key change of the parent reads the whole child where no index leads to it. */
const unindexedReference: Rule = {
  code: 'PG103',
  name: 'foreign-key-without-index',
  severity: 'info',
  check: (subject) =>
    subject.operations.flatMap((operation, at) => {
      if (operation.kind !== 'createTable') return []
      const { table } = operation
      return table.constraints
        .filter((constraint) => constraint.type === 'foreign key' && !isIndexed(table, constraint, subject))
        .map(({ columns }) => ({
          operation: at,
          message: `No index of ${table.name} starts with ${columns.join(', ')}: deleting a row it points at reads the whole table.`,
          instead: 'Add an index on these columns.',
        }))
    }),
}

function isIndexed(table: Table, { columns }: Constraint, { operations }: Subject): boolean {
  const wanted = [...columns].sort().join('\0')
  const leads = (keys: readonly (string | undefined)[]): boolean =>
    [...keys.slice(0, columns.length)]
      .map((key) => key ?? '')
      .sort()
      .join('\0') === wanted
  const byIndex = ({ keys, where }: Index): boolean => where === undefined && leads(keys.map(({ column }) => column))
  const isKey = ({ type }: Constraint): boolean => type === 'primary key' || type === 'unique'
  return (
    table.indexes.some(byIndex) ||
    table.constraints.some((constraint) => isKey(constraint) && leads(constraint.columns)) ||
    operations.some((each) => each.kind === 'createIndex' && each.table === table.name && byIndex(each.index))
  )
}

/** Row security without a policy: every row vanishes for everybody but the owner. */
const securityWithoutPolicy: Rule = {
  code: 'PG104',
  name: 'row-security-without-policy',
  severity: 'warning',
  check(subject) {
    const hasPolicy = (table: string): boolean =>
      subject.operations.some(
        (other) => other.kind === 'createObject' && other.object.type === 'policy' && other.object.table === table,
      )
    return each(subject, (operation) => {
      if (operation.kind !== 'alterTable' || operation.from.extra?.rowSecurity === true) return undefined
      if (operation.to.extra?.rowSecurity !== true || hasPolicy(operation.table)) return undefined
      return {
        message: `Row security of ${operation.table} is enabled here and no policy is made: others than the owner may see no row.`,
        instead: 'Make the policies in the same revision, or before.',
      }
    })
  },
}

/** An application that knows the old labels meets a new one. */
const newEnumValue: Rule = {
  code: 'PG105',
  name: 'new-enum-value',
  severity: 'info',
  check: (subject) =>
    each(subject, (operation) => {
      if (operation.kind !== 'alterObject' || operation.to.type !== 'enum') return undefined
      const added = (operation.to.values ?? []).filter((value) => !operation.from.values?.includes(value))
      if (added.length === 0) return undefined
      return {
        message: `${operation.to.name} gets new values: ${added.join(', ')}. Instances that run the old code may read them.`,
        instead: 'Deploy code that understands the values before anything writes them.',
      }
    }),
}

/** Values go from a type that is made anew: every column of it is rewritten. */
const goneEnumValue: Rule = {
  code: 'PG106',
  name: 'enum-value-removed',
  severity: 'warning',
  check: (subject) =>
    each(subject, (operation) => {
      if (operation.kind !== 'alterObject' || operation.to.type !== 'enum') return undefined
      const gone = (operation.from.values ?? []).filter((value) => !operation.to.values?.includes(value))
      if (gone.length === 0) return undefined
      return {
        message: `${operation.to.name} loses ${gone.join(', ')}: the type is made anew and all tables that use it are rewritten.`,
        instead: 'Update the rows that hold the values first; it fails while one is left.',
      }
    }),
}

/** The server cuts names at 63 bytes, silently. */
const longName: Rule = {
  code: 'PG107',
  name: 'name-too-long',
  severity: 'error',
  check: (subject) =>
    each(subject, (operation) => {
      const long = namesIn(operation).filter((name) => Buffer.byteLength(name) > 63)
      if (long.length === 0) return undefined
      return {
        message: `Longer than 63 bytes, and cut there by the server: ${long.join(', ')}.`,
        instead: 'Choose a shorter name.',
      }
    }),
}

function namesIn(operation: Operation): string[] {
  switch (operation.kind) {
    case 'createTable':
      return [
        ...operation.table.name.split('.'),
        ...[...operation.table.columns, ...operation.table.constraints, ...operation.table.indexes].map(
          ({ name }) => name,
        ),
      ]
    case 'addColumn':
      return [operation.column.name]
    case 'addConstraint':
      return [operation.constraint.name]
    case 'createIndex':
      return [operation.index.name]
    case 'renameTable':
    case 'renameColumn':
    case 'renameConstraint':
    case 'renameIndex':
      return [operation.to]
    default:
      return []
  }
}

/** Words of hand-written SQL, comments and strings left out, in capitals. */
const wordsOf = ({ up }: OperationOf<'sql'>): string =>
  tokens(up)
    .filter(({ kind }) => kind !== 'comment' && kind !== 'string' && kind !== 'quoted')
    .map(({ text }) => text)
    .join('')
    .replace(/\s+/gu, ' ')
    .toUpperCase()

/** A rule about hand-written SQL. */
const inSql = (
  code: string,
  name: string,
  severity: Rule['severity'],
  pattern: RegExp,
  found: Omit<Found, 'operation'>,
): Rule => ({
  code,
  name,
  severity,
  check: (subject) =>
    each(subject, (operation) => (operation.kind === 'sql' && pattern.test(wordsOf(operation)) ? found : undefined)),
})

/** What the linter asks for on this database. */
export const rules: readonly Rule[] = [
  parentLocked,
  validatedAtOnce,
  unindexedReference,
  securityWithoutPolicy,
  newEnumValue,
  goneEnumValue,
  longName,
  inSql('PG108', 'concurrently-if-not-exists', 'error', /\bCONCURRENTLY IF NOT EXISTS\b/u, {
    message: 'An index left INVALID by a failed build counts as existing: this reports success and leaves it so.',
    instead: 'Use op.createIndex with `concurrently: true`: it looks at the index, and repairs it.',
  }),
  inSql(
    'PG109',
    'own-transaction',
    'error',
    /(^|; ?)(BEGIN|COMMIT|ROLLBACK|START TRANSACTION|END)( (WORK|TRANSACTION))? ?(;|$)/u,
    {
      message:
        'The SQL opens or ends a transaction: the revision is one already, and would be half done after a failure.',
      instead: 'Leave it out; split the revision in two where a commit in between is needed.',
    },
  ),
  inSql('PG110', 'drop-cascade', 'error', /\bDROP [^;]*\bCASCADE\b/u, {
    message: 'CASCADE drops what depends on the thing, whatever that is in the database at hand.',
    instead: 'Name what has to go, each with its own DROP.',
  }),
  inSql('PG111', 'sql-rewrites', 'warning', /\b(VACUUM FULL|CLUSTER|SET (UN)?LOGGED)\b/u, {
    message: 'The whole table is rewritten while readers and writers wait (ACCESS EXCLUSIVE).',
    instead: 'Do it in a quiet hour, apart from the application’s start.',
  }),
]

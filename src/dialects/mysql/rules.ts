// What can go wrong on MySQL and MariaDB alone. The rules for all databases are in lint/rules.
import type { Finding, Rule, Subject } from '../../lint/rule.ts'
import type { Operation } from '../../operations/operation.ts'
import { tokens } from './lexer.ts'

type Found = Omit<Finding, 'code' | 'severity'>

/** Findings of one operation after the other. */
const each = (subject: Subject, find: (operation: Operation) => Omit<Found, 'operation'> | undefined): Found[] =>
  subject.operations.flatMap((operation, at) => {
    const found = find(operation)
    return found === undefined ? [] : [{ operation: at, ...found }]
  })

/** Rows that are there get '', 0 or a zero date: no error, no choice. */
const implicitValues: Rule = {
  code: 'MY101',
  replaces: 'FA101',
  name: 'implicit-values',
  severity: 'warning',
  check: (subject) =>
    each(subject, (operation) => {
      if (operation.kind !== 'addColumn') return undefined
      const { column, table } = operation
      const given = column.default !== undefined || column.generated !== undefined || column.identity !== undefined
      if (column.nullable || given) return undefined
      return {
        message: `${table}.${column.name} is NOT NULL without a default: rows that are there get '' or 0, silently.`,
        instead: 'Give it a default, or add it nullable, fill it, and set NOT NULL in a later revision.',
      }
    }),
}

/** The server cannot tell from a statement that commits by itself whether it has happened. */
const withoutProbe: Rule = {
  code: 'MY102',
  name: 'hand-written-ddl',
  severity: 'info',
  check: (subject) =>
    subject.statements
      .filter(({ transactional, probe }) => !transactional && probe === undefined)
      .map(({ operation }) => ({
        operation,
        message:
          'Hand-written SQL that commits by itself: after a crash in the middle of it, a person has to say whether it happened.',
        instead: 'Where there is an operation for it, use that: it can be looked up.',
      })),
}

const wordsOf = (text: string): string =>
  tokens(text)
    .filter(({ kind }) => kind === 'word' || kind === 'symbol')
    .map(({ text: word }) => word)
    .join(' ')
    .toUpperCase()

/** A rule about hand-written SQL. */
const inSql = (
  code: string,
  name: string,
  severity: Rule['severity'],
  matches: (words: string) => boolean,
  found: Omit<Found, 'operation'>,
): Rule => ({
  code,
  name,
  severity,
  check: (subject) =>
    each(subject, (operation) =>
      operation.kind === 'sql' && operation.up.split(';').some((part) => matches(wordsOf(part))) ? found : undefined,
    ),
})

/** Identifiers have at most 64 characters. */
const longName: Rule = {
  code: 'MY107',
  name: 'name-too-long',
  severity: 'error',
  check: (subject) =>
    each(subject, (operation) => {
      const long = namesIn(operation).filter((name) => [...name].length > 64)
      if (long.length === 0) return undefined
      return { message: `Longer than 64 characters: ${long.join(', ')}.`, instead: 'Choose a shorter name.' }
    }),
}

function namesIn(operation: Operation): string[] {
  switch (operation.kind) {
    case 'createTable': {
      const { columns, constraints, indexes, name } = operation.table
      return [name, ...[...columns, ...constraints, ...indexes].map((part) => part.name)]
    }
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

/** What the linter asks for on this database. */
export const rules: readonly Rule[] = [
  implicitValues,
  withoutProbe,
  inSql(
    'MY103',
    'alter-without-algorithm',
    'warning',
    (words) => /\bALTER (?:ONLINE |IGNORE )?TABLE\b/.test(words) && !/\bALGORITHM\b/.test(words),
    {
      message:
        'ALTER TABLE without ALGORITHM: where the server cannot change it in place, it copies the table, silently.',
      instead: 'End it with `, ALGORITHM=INPLACE, LOCK=NONE`: the server then refuses instead.',
    },
  ),
  inSql('MY104', 'modify-loses-attributes', 'warning', (words) => /\bALTER TABLE .*\b(?:MODIFY|CHANGE)\b/.test(words), {
    message: 'MODIFY and CHANGE drop every attribute they do not repeat: NOT NULL, DEFAULT, COMMENT, AUTO_INCREMENT.',
    instead: 'Use op.alterColumn: it repeats them all.',
  }),
  inSql('MY105', 'partition-thrown-away', 'error', (words) => /\b(?:DROP|TRUNCATE) PARTITION\b/.test(words), {
    message: 'The rows of the partition go with it, and no downgrade brings them back.',
    instead: 'Copy them away first, or reorganise the partition into another one.',
  }),
  inSql(
    'MY106',
    'checks-switched-off',
    'warning',
    (words) => /\b(?:FOREIGN_KEY_CHECKS|UNIQUE_CHECKS) = (?:0|OFF)\b/.test(words),
    {
      message:
        'Rows that break a key are let in, and nothing checks them later; the switch stays for the revisions after this.',
      instead: 'Order the statements so that the checks can stay on, or switch them on again in the same SQL.',
    },
  ),
  longName,
  inSql(
    'MY108',
    'three-byte-characters',
    'warning',
    (words) => /\b(?:CHARSET|CHARACTER SET) =? ?(?:UTF8|UTF8MB3)\b/.test(words),
    {
      message: 'This character set holds no character of four bytes: emoji and many names are refused.',
      instead: 'Use utf8mb4.',
    },
  ),
]

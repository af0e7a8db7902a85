// What this server can do, read once from its version text. Nothing else asks which product or version it is.

/** Capabilities of one server. */
export interface Flavor {
  /** The version as numbers. */
  version: readonly [number, number, number]
  /** An asked-for ALGORITHM also allows every better one, and INSTANT may be combined with a LOCK. */
  ranksAlgorithms: boolean
  /** ALGORITHM=NOCOPY exists: in place, and the table is not rebuilt. */
  nocopy: boolean
  /** A column can be added at any position without touching rows; otherwise only at the end, or not at all. */
  instantColumns: 'anywhere' | 'last' | 'no'
  /** A column can be dropped without touching rows. */
  instantDropColumn: boolean
  /** A column can be renamed without touching rows. */
  instantRenameColumn: boolean
  /** The position, the generation expression's visibility and NOT NULL → NULL change without a rebuild. */
  instantReorder: boolean
  /** What takes an index out of the optimizer's sight, as its two words. */
  hidden: { on: string; off: string }
  /** A default may be any expression, written without parentheses by the server's own print. */
  bareExpressionDefault: boolean
  /** CHECK belongs to the column when it is written there, and DROP CONSTRAINT cannot name it. */
  columnChecks: boolean
  /** JSON is another spelling of longtext with a check. */
  jsonIsText: boolean
  /** ALTER of a table's temporal history has to be allowed first. */
  systemVersioning: boolean
  sequences: boolean
  /** `lock_wait_timeout` may be 0. */
  zeroLockWait: boolean
  /** CREATE OR REPLACE for tables, routines, triggers and events. */
  createOrReplace: boolean
  /** A stored generated column's expression can be changed in place. */
  alterStoredExpression: boolean
  /** ADD COLUMN IF NOT EXISTS and the like. */
  conditionalParts: boolean
  /** DROP CONSTRAINT names checks (otherwise DROP CHECK). */
  dropConstraint: boolean
}

const numbers = (text: string): readonly [number, number, number] => {
  const found = /(\d+)\.(\d+)(?:\.(\d+))?/.exec(text)
  return [Number(found?.[1] ?? 0), Number(found?.[2] ?? 0), Number(found?.[3] ?? 0)]
}

/** Compares versions. */
export const atLeast = (version: readonly number[], wanted: readonly number[]): boolean => {
  for (const [index, number] of wanted.entries()) {
    const have = version[index] ?? 0
    if (have !== number) return have > number
  }
  return true
}

/**
 * Reads the version text (`select version()`, or the one of the handshake). An empty text is taken for the
 * oldest server that is supported, so that nothing is asked of it that it may not know.
 * Sources: "Online DDL Operations" of the MySQL 8.0, 8.4 and 9 manuals; measured on MariaDB 10.11.
 */
export function flavorOf(text: string): Flavor {
  // Replication-compatible builds announce themselves as 5.5.5-10.11.2-MariaDB.
  const clean = text.replace(/^5\.5\.5-(?=1\d\.)/, '')
  const version = numbers(clean)
  return /mariadb/i.test(clean) || clean === '' ? mariadb(version) : mysql(version)
}

const mariadb = (version: readonly [number, number, number]): Flavor => ({
  version,
  ranksAlgorithms: true,
  nocopy: true,
  instantColumns: 'anywhere',
  instantDropColumn: true,
  instantRenameColumn: true,
  instantReorder: true,
  hidden: { on: 'IGNORED', off: 'NOT IGNORED' },
  bareExpressionDefault: true,
  columnChecks: true,
  jsonIsText: true,
  systemVersioning: true,
  sequences: true,
  zeroLockWait: true,
  createOrReplace: true,
  alterStoredExpression: false,
  conditionalParts: true,
  dropConstraint: true,
})

const mysql = (version: readonly [number, number, number]): Flavor => ({
  version,
  ranksAlgorithms: false,
  nocopy: false,
  instantColumns: atLeast(version, [8, 0, 29]) ? 'anywhere' : atLeast(version, [8, 0, 12]) ? 'last' : 'no',
  instantDropColumn: atLeast(version, [8, 0, 29]),
  instantRenameColumn: atLeast(version, [8, 0, 28]),
  instantReorder: false,
  hidden: { on: 'INVISIBLE', off: 'VISIBLE' },
  bareExpressionDefault: false,
  columnChecks: false,
  jsonIsText: false,
  systemVersioning: false,
  sequences: false,
  zeroLockWait: false,
  createOrReplace: false,
  alterStoredExpression: true,
  conditionalParts: false,
  dropConstraint: atLeast(version, [8, 0, 19]),
})

// All rules that hold for every database. A rule is one file and one line here; dialects bring their own beside them.
import { lint } from './lint.ts'
import type { Finding, Rule, Subject } from './rule.ts'
import { alteredValues } from './rules/altered-values.ts'
import { deletingSql } from './rules/deleting-sql.ts'
import { dropColumn } from './rules/drop-column.ts'
import { dropTable } from './rules/drop-table.ts'
import { indexBlocksWrites } from './rules/index-blocks-writes.ts'
import { irreversible } from './rules/irreversible.ts'
import { lossyStatement } from './rules/lossy-statement.ts'
import { newCheck } from './rules/new-check.ts'
import { newUnique } from './rules/new-unique.ts'
import { noWayBack } from './rules/no-way-back.ts'
import { notNullColumn } from './rules/not-null-column.ts'
import { refusedValues } from './rules/refused-values.ts'
import { rename } from './rules/rename.ts'
import { rewrite } from './rules/rewrite.ts'
import { scan } from './rules/scan.ts'
import { setNotNull } from './rules/set-not-null.ts'
import { severalTables } from './rules/several-tables.ts'
import { wayBack } from './rules/way-back.ts'

/** DL: data loss · LK: locks · FA: may fail on data · BC: breaks the running application · RB: no way back. */
export const rules: readonly Rule[] = [
  dropTable,
  dropColumn,
  lossyStatement,
  alteredValues,
  deletingSql,
  rewrite,
  scan,
  indexBlocksWrites,
  severalTables,
  notNullColumn,
  setNotNull,
  newUnique,
  newCheck,
  refusedValues,
  rename,
  irreversible,
  wayBack,
  noWayBack,
]

/** Findings of the common rules and those of the dialect. */
export function runRules(subject: Subject, dialectRules: readonly Rule[] = []): Finding[] {
  const replaced = new Set(dialectRules.map((rule) => rule.replaces))
  return lint(subject, [...rules.filter(({ code }) => !replaced.has(code)), ...dialectRules])
}

export type { Finding, Rule, Severity, Subject } from './rule.ts'

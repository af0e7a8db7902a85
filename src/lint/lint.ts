// Runs rules over what is about to run. Findings are returned, never thrown. Pure.
import type { Finding, Rule, Severity, Subject } from './rule.ts'

const WEIGHT: Record<Severity, number> = { error: 0, warning: 1, info: 2 }

/** All findings of these rules, worst first, then in the order of the operations; what is said once is not said again. */
export function lint(subject: Subject, rules: readonly Rule[]): Finding[] {
  const said = new Set<string>()
  return rules
    .flatMap((rule) => rule.check(subject).map((found) => ({ code: rule.code, severity: rule.severity, ...found })))
    .filter(({ code, message }) => {
      const key = `${code} ${message}`
      return !said.has(key) && said.add(key)
    })
    .sort(
      (left, right) =>
        WEIGHT[left.severity] - WEIGHT[right.severity] ||
        (left.operation ?? 0) - (right.operation ?? 0) ||
        (left.code < right.code ? -1 : 1),
    )
}

/**
 * Columns that the operations add and that hold nothing but NULL in the rows that are there, as `table\0column`: whatever
 * is demanded of them holds.
 */
export function emptyColumns({ operations }: Pick<Subject, 'operations'>): Set<string> {
  return new Set(
    operations.flatMap((each) => {
      if (each.kind !== 'addColumn') return []
      const { name, nullable, default: value, generated, identity } = each.column
      const isEmpty = nullable && value === undefined && generated === undefined && identity === undefined
      return isEmpty ? [`${each.table}\0${name}`] : []
    }),
  )
}

/** Tables that the operations create themselves: nobody reads or writes them yet, and they hold nothing. */
export function freshTables({ operations }: Pick<Subject, 'operations'>): Set<string> {
  return new Set(operations.flatMap((operation) => (operation.kind === 'createTable' ? [operation.table.name] : [])))
}

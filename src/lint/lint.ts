// Runs rules over what is about to run. Findings are returned, never thrown. Pure.
import type { Finding, Rule, Severity, Subject } from './rule.ts'

const WEIGHT: Record<Severity, number> = { error: 0, warning: 1, info: 2 }

/** All findings of these rules, worst first, then in the order of the operations. */
export function lint(subject: Subject, rules: readonly Rule[]): Finding[] {
  return rules
    .flatMap((rule) => rule.check(subject).map((found) => ({ code: rule.code, severity: rule.severity, ...found })))
    .sort(
      (left, right) =>
        WEIGHT[left.severity] - WEIGHT[right.severity] ||
        (left.operation ?? 0) - (right.operation ?? 0) ||
        (left.code < right.code ? -1 : 1),
    )
}

/** Tables that the operations create themselves: nobody reads or writes them yet, and they hold nothing. */
export function freshTables({ operations }: Pick<Subject, 'operations'>): Set<string> {
  return new Set(operations.flatMap((operation) => (operation.kind === 'createTable' ? [operation.table.name] : [])))
}

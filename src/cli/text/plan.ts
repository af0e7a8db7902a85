// The text of `plan`.
import type { PlannedStatement, PlannedStep, PlanReport } from '../../runner/index.ts'
import { changeLines, hazardLines, ids, interruptedLines } from './revisions.ts'
import { clean, cleanLines, indent, join, plural, type Ui } from './ui.ts'

/** Each step with its changes, statements, findings and losses. */
export function text(report: PlanReport, ui: Ui): string {
  const { colors } = ui
  const { steps, direction, from, to, incomplete } = report
  const begun = incomplete.length > 0 && interruptedLines(incomplete, ui)
  if (steps.length === 0 && begun === false)
    return `${colors.green('✓')} Nothing to do: the database is at ${ids(from, ui)}.`
  const verb = direction === 'up' ? 'apply' : 'take back'
  if (steps.length === 0) return join(begun, colors.dim('Nothing else to do. Nothing was run.'))
  return join(
    begun !== false && `${begun}\n`,
    steps.map((step) => stepText(step, ui)).join('\n\n'),
    `\nWould ${verb} ${plural(steps.length, 'revision')}: from ${ids(from, ui)} to ${ids(to, ui)}. ${colors.dim('Nothing was run.')}`,
  )
}

function stepText(step: PlannedStep, ui: Ui): string {
  const { colors } = ui
  const losses = step.losses.map(({ message }) => message)
  return join(
    `${colors.bold(colors.yellow(clean(step.revision)))} ${colors.bold(clean(step.message))} ${colors.dim(step.transactional ? '' : '(not one transaction)')}`.trimEnd(),
    changeLines(step.operations, ui),
    step.statements.length > 0 &&
      indent(step.statements.map((statement) => statementText(statement, ui)).join('\n'), 4),
    hazardLines(step.findings, losses, ui),
  )
}

function statementText({ sql, lock, rewrites, note }: PlannedStatement, { colors }: Ui): string {
  const facts = [lock, rewrites ? 'rewrites the table' : undefined, note].filter((fact) => fact !== undefined)
  const comment = facts.length === 0 ? '' : colors.dim(`  -- ${facts.map((fact) => clean(fact)).join(', ')}`)
  return `${cleanLines(sql.trimEnd())}${sql.trimEnd().endsWith(';') ? '' : ';'}${comment}`
}

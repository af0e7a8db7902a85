// The text of `adopt`.
import type { AdoptReport } from '../../commands/adopt.ts'
import { changeLines, ids, revisionLines } from './revisions.ts'
import { clean, indent, join, plural, type Ui } from './ui.ts'

/** Where the database is, what was written, what is left alone, and what comes next. */
export function text(report: AdoptReport, ui: Ui): string {
  const { colors } = ui
  const { dryRun, changes, only, order, unseen } = report
  return join(
    dryRun && colors.dim('Dry run: nothing was written.'),
    head(report, ui),
    changes.length > 0 && changeLines(changes, ui),
    only.length > 0 &&
      `\n${colors.dim(`Only the database has these; they are left alone (name them in \`ignore\`, and \`check\` does so too):`)}\n${indent(only.map(clean).join('\n'))}`,
    order.length > 0 &&
      `\n${colors.dim('Columns stand in another order, which is left alone (--alter moves them):')}\n${changeLines(order, ui)}`,
    unseen.length > 0 &&
      `\n${colors.yellow('Counted as done, though a schema does not tell: the SQL and code of')}\n${revisionLines(unseen, ui)}`,
    next(report, ui),
  )
}

function head({ outcome, revision = '', written, dryRun }: AdoptReport, ui: Ui): string {
  const { colors } = ui
  const tick = colors.green('✓')
  const says = dryRun ? 'The history would say' : 'The history says'
  switch (outcome) {
    case 'stamped':
      return `${tick} The database is at ${ids([revision], ui)}. ${says} so${dryRun ? '' : ' now'}; no statement was run.`
    case 'leading':
      return `${tick} ${says} ${ids([revision], ui)}${dryRun ? '' : ' now'}: the revisions after it look first, and lead the database to the latest schema.`
    case 'reconciled':
      return join(
        written !== undefined &&
          `${tick} ${colors.bold(clean(written.file))} ${colors.dim('brings the database to the latest schema')}`,
        `${dryRun ? '' : `${tick} `}${says} ${ids([revision], ui)}${dryRun ? '' : ' now'}, the revision before it. It makes what is lacking:`,
      )
    case 'baseline':
      return written === undefined
        ? 'The first revision would be written from the database:'
        : `${tick} ${colors.bold(clean(written.file))} ${colors.dim('is the database as it was found; the history says so')}`
    case 'ready':
      return `${tick} Nothing to take over: all revisions look first, and make what is lacking.`
    case 'empty':
      return `${tick} The database is empty: there is nothing to take over.`
    case 'foreign':
      return `${tick} The database has no table of the revisions: there is nothing to take over. They are made beside what is there.`
  }
}

function next({ outcome, pending, dryRun, altered, models }: AdoptReport, { colors }: Ui): string | false {
  const isLeft = outcome === 'foreign' || outcome === 'empty' || outcome === 'ready'
  if (dryRun && !isLeft) return `\n${colors.dim('Next:')} ${colors.cyan(`godwit adopt${altered ? ' --alter' : ''}`)}`
  if (pending === 0 && !models && !isLeft) {
    return `\n${colors.dim('Next: name your models as `source` in the configuration (`drizzle(…)` or `sql(…)`); then')} ${colors.cyan('godwit migrate -m "…"')} ${colors.dim('writes what changes, and')} ${colors.cyan('godwit revision -m "…"')} ${colors.dim('an empty one to write by hand.')}`
  }
  if (pending === 0) return false
  if (outcome === 'reconciled') return `\n${colors.dim('Read the file, then run')} ${colors.cyan('godwit upgrade')}`
  return `\n${colors.dim('Next:')} ${colors.cyan('godwit upgrade')}${colors.dim(` (${plural(pending, 'revision')} pending)`)}`
}

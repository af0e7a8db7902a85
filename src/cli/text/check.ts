// The text of `check`.
import type { Change } from '../../commands/changes.ts'
import type { CheckReport } from '../../commands/check.ts'
import { changeLines, interruptedLines, revisionLines } from './revisions.ts'
import { clean, join, plural, type Ui } from './ui.ts'

/** The three sides, two by two, and what to run where they differ. */
export function text(report: CheckReport, ui: Ui): string {
  const { colors } = ui
  const { heads, models, database, pending, edited, missing, incomplete, conflict } = report
  return join(
    heads.length > 0 &&
      join(
        `${colors.red('✗')} the revisions end in ${plural(heads.length, 'head')}:`,
        revisionLines(heads, ui),
        `  ${colors.cyan('→')} \`godwit merge\` joins the branches.`,
      ),
    edited.length > 0 &&
      join(
        `${colors.red('✗')} applied, and edited since:`,
        revisionLines(edited, ui),
        `  ${colors.cyan('→')} Put the file back as it was, and write the change as a new revision; \`godwit upgrade\` shows the difference.`,
      ),
    missing.length > 0 &&
      join(
        `${colors.red('✗')} applied, and the file is gone: ${missing.map(clean).join(', ')}`,
        `  ${colors.cyan('→')} Bring it back: from version control, or from another branch.`,
      ),
    side(
      'models and revisions',
      models,
      conflict === undefined
        ? report.leftOut.models === 'not asked'
          ? 'left out (--no-models)'
          : 'left out: no models are configured; name them as `source` in godwit.config.ts'
        : `not compared before the branches are joined: ${clean(conflict)}`,
      '`godwit migrate` writes the revision that is missing.',
      ui,
    ),
    incomplete.length > 0 && interruptedLines(incomplete, ui),
    pending !== undefined &&
      !(pending.length === 0 && incomplete.length > 0) &&
      (pending.length === 0
        ? `${colors.green('✓')} all revisions are applied`
        : join(
            `${colors.yellow('●')} ${plural(pending.length, 'revision')} pending`,
            revisionLines(pending, ui),
            `  ${colors.cyan('→')} \`godwit upgrade\` applies them.`,
          )),
    side(
      'database and its history',
      database,
      report.leftOut.database === 'not asked'
        ? 'left out (--no-database)'
        : 'left out: no database is configured; set DATABASE_URL, or pass --url',
      report.applied === 0
        ? 'Its history is empty, and it has tables: `godwit adopt` takes it over as it is.'
        : incomplete.length > 0
          ? 'It may be what the unfinished revision has not done yet: finish that first, then run `godwit check` again.'
          : "Somebody changed the database by hand: take it back, or put it into the models and run `godwit migrate`. What is somebody else's is named in `ignore` of the configuration.",
      ui,
    ),
  )
}

function side(what: string, changes: readonly Change[] | undefined, none: string, fix: string, ui: Ui): string {
  const { colors } = ui
  if (changes === undefined) return colors.dim(`- ${what}: ${none}`)
  if (changes.length === 0) return `${colors.green('✓')} ${what} agree`
  return join(
    `${colors.red('✗')} ${what} differ in ${plural(changes.length, 'place')}`,
    changeLines(changes, ui),
    `  ${colors.cyan('→')} ${fix}`,
  )
}

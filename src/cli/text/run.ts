// The text of `upgrade` and `downgrade`.
import type { DowngradeReport } from '../../commands/downgrade.ts'
import type { ScriptReport, UpgradeReport } from '../../commands/upgrade.ts'
import { ensuredWords } from '../../runner/ensured-words.ts'
import type { RunReport } from '../../runner/index.ts'
import { ids } from './revisions.ts'
import { clean, duration, join, plural, type Text, table, type Ui } from './ui.ts'

/** The steps with their times, and where the database is now. */
export function text(report: UpgradeReport | ScriptReport, ui: Ui): Text {
  if ('script' in report) return { script: report.script }
  const { colors } = ui
  const { steps, finished = [], direction, nothing, to, pending } = report
  const tick = colors.green('✓')
  if (nothing) {
    const more = pending > 0 ? colors.dim(` (${plural(pending, 'revision')} pending)`) : ''
    return direction === 'up'
      ? `${tick} Nothing to do: the database is at ${ids(to, ui)}.${more}`
      : `${tick} Nothing to undo: the database is at ${ids(to, ui)}.`
  }
  const ran = [...finished, ...steps]
  const rows = ran.map((step) => [
    `${tick} ${colors.yellow(clean(step.revision))}`,
    clean(step.message),
    colors.dim(duration(step.duration)),
  ])
  const ended = `${plural(finished.length, 'revision')} that had been interrupted`
  const verb = direction === 'up' ? 'applied' : 'took back'
  const did = [
    ...(finished.length > 0 ? [`finished ${ended}`] : []),
    ...(steps.length > 0 || finished.length === 0 ? [`${verb} ${plural(steps.length, 'revision')}`] : []),
  ]
  return join(
    report.backup !== undefined && `${tick} ${clean(report.backup)} ${colors.dim('holds how it was')}`,
    ran.length > 0 && stepLines(rows, ran, ui),
    `${capital(did.join(', and '))} in ${duration(report.duration)}; the database is at ${ids(to, ui)}.`,
    direction === 'up' && pending > 0 && colors.dim(`${plural(pending, 'revision')} still pending.`),
    direction === 'down' && steps.length > 0 && wayForth(report, ui),
  )
}

// Whoever went back wants to know how to come forth again, and where the data is.
function wayForth(report: UpgradeReport & Partial<Pick<DowngradeReport, 'losses'>>, { colors }: Ui): string {
  const { backup, steps, losses = [] } = report
  const again = `\`godwit upgrade\` applies ${steps.length === 1 ? 'it' : 'them'} again`
  const gone = losses.some(({ rows }) => rows !== 0)
  const data = !gone
    ? '.'
    : backup === undefined
      ? ', without the data that went: no backup was taken.'
      : `, without the data that went; \`godwit restore ${clean(backup)} --replace\` brings the database back as it was.`
  return `${colors.cyan('→')} ${again}${data}`
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

// Under each step, what its operations that look first found and made.
function stepLines(rows: string[][], steps: RunReport['steps'], { colors }: Ui): string {
  return table(rows, { right: [2] })
    .split('\n')
    .flatMap((line, at) => [
      line,
      ...(steps[at]?.ensured ?? []).map((each) => colors.dim(`    ${clean(ensuredWords(each))}`)),
    ])
    .join('\n')
}

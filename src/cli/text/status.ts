// The text of `status`.
import type { StatusReport, TableStatus } from '../../commands/status.ts'
import { ids, interruptedLines, revisionLines } from './revisions.ts'
import { ago, clean, join, plural, table, type Ui } from './ui.ts'

/** Where it is, what is pending, what is wrong, what it holds. */
export function text(report: StatusReport, ui: Ui): string {
  const { colors } = ui
  const { current, heads, pending, history, edited, missing, incomplete, lock, tables } = report
  const version = report.version === '' ? '' : ` ${clean(report.version)}`
  const facts: [string, string][] = [
    ['database', `${clean(report.database)} ${colors.dim(`${report.dialect}${version}`)}`],
    [
      'current',
      report.initialised
        ? ids(
            current.map(({ revision }) => revision),
            ui,
          )
        : colors.dim('no history yet'),
    ],
    [
      'latest',
      heads.length === 0
        ? colors.dim('no revisions yet')
        : ids(
            heads.map(({ revision }) => revision),
            ui,
          ),
    ],
  ]
  if (report.project !== undefined) facts.push(['project', clean(report.project)])
  if (report.environment !== undefined) facts.push(['environment', clean(report.environment)])
  if (lock !== undefined) {
    const since = lock.since === undefined ? '' : `, since ${ago(lock.since, ui.now)}`
    facts.push(['lock', colors.yellow(`held by ${holderOf(lock)}${since}`)])
  }
  const fit = verdict(report, ui)
  return join(
    table(facts.map(([what, value]) => [colors.dim(what), value])),
    incomplete.length > 0 && `\n${begunText(report, ui)}`,
    fit !== undefined && `\n${fit}`,
    pending.length > 0 && revisionLines(pending, ui),
    edited.length > 0 && `\n${colors.red('Applied, and edited since:')}\n${revisionLines(edited, ui)}`,
    missing.length > 0 && `\n${colors.red('Applied, and the file is gone:')} ${missing.map(clean).join(', ')}`,
    history.length > 0 && `\n${historyText(history, ui)}`,
    tables.length > 0 && `\n${tablesText(tables, ui)}`,
  )
}

/** The same in one line, for logs. */
export function line(report: StatusReport, ui: Ui): string {
  const { current, pending, edited, missing, incomplete, lock, tables } = report
  const counted = (list: readonly unknown[], what: string): string[] =>
    list.length === 0 ? [] : [`${list.length} ${what}`]
  const parts = [
    ui.now.toISOString(),
    report.initialised
      ? ids(
          current.map(({ revision }) => revision),
          ui,
        )
      : 'no history yet',
    pending.length === 0 ? 'nothing pending' : `pending: ${pending.map(({ revision }) => clean(revision)).join(', ')}`,
    ...counted(edited, 'edited'),
    ...counted(missing, 'missing'),
    ...(incomplete.length === 0
      ? []
      : [`interrupted: ${incomplete.map(({ revision }) => clean(revision)).join(', ')}`]),
    ...(lock === undefined ? [] : [`lock held by ${holderOf(lock)}`]),
    ...(tables.length === 0 ? [] : [plural(tables.length, 'table')]),
  ]
  return parts.join('  ')
}

const holderOf = ({ application, user, host, pid }: NonNullable<StatusReport['lock']>): string =>
  [application, user, host, pid === undefined ? undefined : `process ${pid}`]
    .filter(Boolean)
    .map((part) => clean(String(part)))
    .join(', ') || 'another runner'

function historyText(history: StatusReport['history'], { colors, now }: Ui): string {
  const rows = history.map(({ revision, message, appliedAt, appliedBy }) => [
    colors.yellow(clean(revision)),
    clean(message),
    colors.dim(ago(appliedAt, now)),
    colors.dim(clean(appliedBy)),
  ])
  return `${colors.dim('last applied')}\n${table(rows, { indent: 2 })}`
}

// While somebody holds the lock, a revision in units is half done because it is being done.
function begunText({ incomplete, lock }: StatusReport, ui: Ui): string {
  if (lock === undefined) return interruptedLines(incomplete, ui)
  const { colors } = ui
  return incomplete
    .map(
      ({ revision, state }) => `${colors.yellow('●')} ${colors.yellow(clean(revision))} is ${state}: not finished yet`,
    )
    .join('\n')
}

/** Nothing where that something is half done is all there is to say. */
function verdict({ pending, heads, edited, missing, incomplete }: StatusReport, { colors }: Ui): string | undefined {
  if (edited.length + missing.length > 0 && pending.length === 0) {
    return `${colors.red('✗')} The history does not fit the files: upgrade would refuse.`
  }
  if (pending.length > 0) return `${colors.yellow('●')} ${plural(pending.length, 'revision')} pending:`
  if (incomplete.length > 0) return undefined
  return heads.length === 0 ? colors.dim('Nothing to apply.') : `${colors.green('✓')} Up to date.`
}

function tablesText(tables: readonly TableStatus[], { colors }: Ui): string {
  const rows = tables.map(({ name, columns, rows, estimated, atLeast }) => [
    clean(name),
    String(columns),
    rows === undefined
      ? colors.dim('?')
      : `${estimated ? '~' : ''}${rows.toLocaleString('en-US')}${atLeast ? '+' : ''}`,
  ])
  const head = ['table', 'columns', 'rows'].map((cell) => colors.dim(cell))
  const lines = table([head, ...rows], { right: [1, 2] }).split('\n')
  return lines.flatMap((line, at) => [line, ...columnLines(tables[at - 1]?.list, colors.dim)]).join('\n')
}

const columnLines = (list: TableStatus['list'] = [], dim: (text: string) => string): string[] =>
  list.length === 0
    ? []
    : table(
        list.map(({ name, type, nullable }) => [clean(name), dim(`${clean(type)}${nullable ? '' : ' not null'}`)]),
        { indent: 4 },
      ).split('\n')

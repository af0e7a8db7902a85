// The text of `show`.
import type { Named } from '../../commands/files.ts'
import type { ShowReport } from '../../commands/show.ts'
import { changeLines } from './revisions.ts'
import { clean, cleanLines, indent, join, table, type Ui } from './ui.ts'

/** Head, operations, file. */
export function text(report: ShowReport, ui: Ui): string {
  const { colors } = ui
  const { revision, message, file, parents, children, checksum, operations, down } = report
  const facts = [
    ['after', names(parents, 'nothing: it is the first', ui)],
    ['before', names(children, 'nothing: it is a head', ui)],
    ['file', clean(file)],
    ['checksum', checksum.slice(0, 16)],
  ]
  return join(
    `${colors.yellow(colors.bold(clean(revision)))} ${colors.bold(clean(message))}`,
    table(
      facts.map(([what, value]) => [colors.dim(what ?? ''), value ?? '']),
      { indent: 2 },
    ),
    operations.length > 0 && `\n${changeLines(operations, ui)}`,
    down === 'irreversible' && `\n${colors.yellow('It cannot be taken back.')}`,
    Array.isArray(down) && `\n${colors.dim('down')}\n${changeLines(down, ui)}`,
    `\n${indent(cleanLines(report.text.trimEnd()))}`,
  )
}

const names = (list: readonly Named[], none: string, { colors }: Ui): string =>
  list.length === 0
    ? colors.dim(none)
    : list.map(({ revision, message }) => `${colors.yellow(clean(revision))} ${clean(message)}`).join(', ')

// Errors for people: what, why, where (with a caret), and what to do next.
import type { GodwitError, Place } from '../../errors.ts'
import { clean, cleanLines, join, type Ui, width } from './ui.ts'

/** The text of a coded error. */
export function errorText(error: GodwitError, { colors }: Ui): string {
  return join(
    `${colors.red('error')} ${colors.bold(error.code)}: ${cleanLines(error.message)}`,
    error.why !== undefined && `  ${cleanLines(error.why).replaceAll('\n', '\n  ')}`,
    error.place !== undefined && placeText(error.place, colors.dim, colors.red),
    error.fix !== undefined && `${colors.cyan('→')} ${cleanLines(error.fix).replaceAll('\n', '\n  ')}`,
  )
}

type Paint = (text: string) => string

function placeText({ file, line, column, text }: Place, dim: Paint, red: Paint): string {
  const where = [file, line, column].filter((part) => part !== undefined).join(':')
  const head = where === '' ? '' : `  ${dim('at')} ${clean(where)}`
  if (text === undefined) return head
  const number = String(line ?? '')
  // A tab is one blank here, so that the caret stands under its column.
  const shown = clean(text.replaceAll('\t', ' '))
  const before = clean(text.replaceAll('\t', ' ').slice(0, Math.max(0, (column ?? 1) - 1)))
  const caret =
    column === undefined ? '' : `\n  ${' '.repeat(number.length)} ${dim('|')} ${' '.repeat(width(before))}${red('^')}`
  return join(head, `  ${dim(`${number} |`)} ${shown}${caret}`)
}

/** The text of what is not coded: a bug of ours, with how to report it. */
export function bugText(error: unknown, version: string, { colors }: Ui): string {
  const stack = error instanceof Error ? (error.stack ?? String(error)) : String(error)
  return join(
    `${colors.red('error')} ${colors.bold('BUG')}: this should not have happened, and it is not your fault.`,
    `  ${cleanLines(stack).replaceAll('\n', '\n  ')}`,
    `${colors.cyan('→')} Please report it with the lines above: \`npm bugs godwit\` opens the place for it.`,
    `  godwit ${version}, Node ${process.version}, ${process.platform} ${process.arch}`,
  )
}

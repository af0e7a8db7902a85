// The text of `verify`.
import type { Check } from '../../commands/checks.ts'
import type { VerifyReport } from '../../commands/verify.ts'
import { clean, join, plural, type Ui } from './ui.ts'

/** One line for each check, under what it is about, and the recommendation below what is not right. */
export function text({ checks, warnings, failed, ok }: VerifyReport, ui: Ui): string {
  const { colors } = ui
  const groups = [...new Set(checks.map(({ about }) => about))]
  const parts = groups.map((about) =>
    join(colors.bold(about), ...checks.filter((check) => check.about === about).map((check) => line(check, ui))),
  )
  const verdict = !ok
    ? colors.red(`✗ ${plural(failed, 'thing')} to correct${warnings === 0 ? '' : `, ${plural(warnings, 'warning')}`}`)
    : warnings > 0
      ? colors.yellow(`⚠ nothing has failed; ${plural(warnings, 'warning')}`)
      : colors.green('✓ everything is set up')
  return join(...parts, '', `\n${verdict}`)
}

function line({ state, message, fix, code }: Check, { colors }: Ui): string {
  const mark = {
    ok: colors.green('✓'),
    warning: colors.yellow('⚠'),
    failed: colors.red('✗'),
    unknown: colors.dim('-'),
  }[state]
  const shown = state === 'unknown' ? colors.dim(clean(message)) : clean(message)
  return join(
    `  ${mark} ${shown}${code === undefined ? '' : ` ${colors.dim(`[${code}]`)}`}`,
    fix !== undefined && `    ${colors.cyan('→')} ${clean(fix)}`,
  )
}

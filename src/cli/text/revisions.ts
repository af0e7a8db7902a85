// Revisions and changes as lines, the same in every report.
import type { Change } from '../../commands/changes.ts'
import type { Named } from '../../commands/files.ts'
import type { Finding } from '../../lint/rule.ts'
import type { Incomplete } from '../../runner/index.ts'
import { clean, cleanLines, indent, join, plural, sign, table, type Ui } from './ui.ts'

/** `3f9c2a7b1e04  add user avatar`, one line each. */
export function revisionLines(revisions: readonly Named[], { colors }: Ui, mark = ''): string {
  const rows = revisions.map(({ revision, message, file }) => [
    `${mark}${colors.yellow(clean(revision))}`,
    message === '' ? colors.dim('(no file)') : clean(message),
    file === undefined ? '' : colors.dim(clean(file)),
  ])
  return table(rows, { indent: 2 })
}

/** `+ add column users.email`, one line each. */
export const changeLines = (changes: readonly Change[], ui: Ui, by = 2): string =>
  indent(changes.map((change) => `${sign(change.sign, ui)} ${clean(change.text)}`).join('\n'), by)

/** `b2 was stopped while upgrading` (it failed, or was interrupted), and what finishes it, for each. */
export const interruptedLines = (incomplete: readonly Incomplete[], { colors }: Ui): string =>
  incomplete
    .map(({ revision, state, inDoubt, done }) => {
      const back = state === 'upgrading' ? '; `godwit downgrade` says how to take it back' : ''
      const again = `\`godwit ${state === 'upgrading' ? 'upgrade' : 'downgrade'}\``
      const fix = inDoubt
        ? `${again} finds out whether the statement it was cut off at has happened, and finishes it; where nobody can tell, \`godwit resolve\` does.`
        : `${again} finishes it${back}.`
      return `${colors.red('✗')} ${colors.yellow(clean(revision))} was stopped while ${state}${done > 0 ? `, after ${plural(done, 'statement')}` : ''}\n  ${colors.cyan('→')} ${fix}`
    })
    .join('\n')

/** Ids in a sentence; `base` where there are none. */
export const ids = (list: readonly string[], { colors }: Ui): string =>
  list.length === 0 ? colors.yellow('base') : list.map((id) => colors.yellow(clean(id))).join(', ')

/** What could go wrong and the safe way, and what data would go; false where there is nothing to say. */
export function hazardLines(findings: readonly Finding[], losses: readonly string[], ui: Ui): string | false {
  const { colors } = ui
  const lines = together(findings).map((group) => findingText(group, ui))
  if (losses.length > 0 && losses.length <= FEW) lines.push(colors.red(`data lost: ${losses.map(clean).join('; ')}`))
  if (losses.length > FEW)
    lines.push(join(colors.red('data lost:'), ...losses.map((each) => colors.red(`  ${clean(each)}`))))
  return lines.length > 0 && indent(lines.join('\n'))
}

/** As many fit into one line. */
const FEW = 3

/** Those with the same code and the same advice: the advice is given once. */
function together(findings: readonly Finding[]): Finding[][] {
  const groups = new Map<string, Finding[]>()
  for (const finding of findings) {
    const key = JSON.stringify([finding.code, finding.severity, finding.instead])
    groups.set(key, [...(groups.get(key) ?? []), finding])
  }
  return [...groups.values()]
}

function findingText(group: readonly Finding[], { colors }: Ui): string {
  const [first] = group
  if (first === undefined) return ''
  const { severity, code, instead } = first
  const paint = severity === 'error' ? colors.red : severity === 'warning' ? colors.yellow : colors.cyan
  const probes = group.flatMap(({ probe }) => (probe === undefined ? [] : [probe]))
  return join(
    ...group.map(({ message }) => `${paint(severity)} ${code}: ${clean(message)}`),
    instead !== undefined && `  ${colors.cyan('→')} ${clean(instead)}`,
    ...probes.map((probe) => colors.dim(indent(`${probe.map((sql) => cleanLines(sql)).join(';\n')};`, 4))),
  )
}

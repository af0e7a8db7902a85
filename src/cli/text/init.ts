// The text of `init`.
import type { InitReport } from '../../commands/init.ts'
import { clean, join, table, type Ui } from './ui.ts'

/** What was found, what was written, what comes next. */
export function text(report: InitReport, { colors }: Ui): string {
  const { config, folder, models, url, first, missing, skipped, next } = report
  const tick = colors.green('✓')
  const found = [
    [
      'models',
      models === undefined ? colors.dim('none found') : `${models.source}: ${models.paths.map(clean).join(', ')}`,
    ],
    [
      'database',
      url === undefined
        ? colors.dim('DATABASE_URL is not set')
        : url === '.env'
          ? 'DATABASE_URL in .env'
          : `from ${url}`,
    ],
  ]
  const done = [
    `${tick} ${clean(config.file)} ${colors.dim(config.created ? 'written' : 'was there')}`,
    `${tick} ${clean(folder.path)}/ ${colors.dim(folder.created ? 'made' : 'was there')}`,
    first && `${tick} ${clean(first.file)} ${colors.dim('the first revision, from the models')}`,
    missing.length > 0 && `${colors.yellow('!')} not installed: ${missing.map(clean).join(', ')}`,
    skipped && `${colors.yellow('!')} no first revision: ${clean(skipped.message)}`,
  ]
  return join(
    table(found.map(([what, where]) => [colors.dim(what ?? ''), where ?? ''])),
    join(...done),
    `\nNext:\n${table(
      next.map(({ line, does }) => [colors.cyan(line), colors.dim(does)]),
      { indent: 2 },
    )}`,
  )
}

// The text of `seed`.
import type { SeedReport, SeedsReport } from '../../commands/seed.ts'
import { clean, duration, join, plural, table, type Ui } from './ui.ts'

/** One line for each seed, and what was run. */
export function text({ seeds, environment }: SeedsReport, ui: Ui): string {
  const { colors } = ui
  if (seeds.length === 0) return colors.dim('There are no seeds.')
  const ran = seeds.filter(({ outcome }) => outcome === 'ran')
  return join(
    table(seeds.map((seed) => [`${mark(seed, ui)} ${clean(seed.name)}`, colors.dim(note(seed))])),
    ran.length === 0
      ? `Nothing to do: no seed is due in ${clean(environment)}.`
      : `Ran ${plural(ran.length, 'seed')} in ${clean(environment)}.`,
  )
}

const mark = ({ outcome }: SeedReport, { colors }: Ui): string =>
  outcome === 'ran' ? colors.green('✓') : outcome === 'edited' ? colors.yellow('!') : colors.dim('·')

function note({ outcome, duration: time, name }: SeedReport): string {
  switch (outcome) {
    case 'ran':
      return duration(time ?? 0)
    case 'done':
      return 'ran before'
    case 'edited':
      return `ran before, and was changed since (--again ${clean(name)} runs it)`
    case 'elsewhere':
      return 'for other environments'
  }
}

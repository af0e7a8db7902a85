// Data that a run would throw away, with how much of it there is.
import type { Connection, Dialect } from '../dialects/dialect.ts'
import type { Loss } from '../runner/index.ts'
import type { Context } from './context.ts'
import { countBy, countOf } from './rows.ts'

/** A loss with the number of rows (of values, for a column) that hold data now. Absent: it could not be counted. */
export interface CountedLoss extends Loss {
  rows?: number
}

/** Whoever agrees to losing more rows than these agrees to all of them: a few more would change nothing. */
export const EXACTLY = 10_000

/** One line for each loss: the message and the count. What holds nothing is not named. */
export function lossLines(losses: readonly CountedLoss[]): string[] {
  return losses
    .filter(({ rows }) => rows !== 0)
    .map(({ message, what, rows }) => {
      if (rows === undefined) return message
      return `${message} (${rows.toLocaleString('en-US')} ${what.startsWith('column ') ? 'value' : 'row'}${rows === 1 ? '' : 's'})`
    })
}

/** Says what goes, where nobody is asked: consent given before is no reason to be silent. Nothing where nothing is held. */
export function tellLosses(context: Pick<Context, 'emit'>, losses: readonly CountedLoss[], backup: boolean): void {
  if (losses.length === 0) return
  const copy = backup ? 'A backup is taken first.' : 'No backup is taken; --backup takes one first.'
  context.emit({ type: 'warning', message: `This throws data away: ${lossLines(losses).join('; ')}. ${copy}` })
}

/** Counts what each would take. */
export async function countAll(
  losses: readonly Loss[],
  connection: Connection,
  dialect: Dialect,
): Promise<CountedLoss[]> {
  const counted: CountedLoss[] = []
  for (const loss of losses) {
    const rows = await (loss.probe === undefined
      ? countOf(loss.what, connection, dialect)
      : countBy(loss.probe, connection))
    counted.push(rows === undefined ? loss : { ...loss, rows })
  }
  return counted
}

// One line for what an operation that looks first came to: the same words in the terminal and in the log of a start.
import type { Ensured } from './events.ts'

/** `already there, left alone: column users.email`. */
export function ensuredWords({ outcome, text, more = [], rows = 0, left = 0, by }: Ensured): string {
  const what = text.replace(/^ensure /u, '')
  switch (outcome) {
    case 'found': {
      const beside = more.length === 0 ? '' : `; beside what was asked for: ${more.join(', ')}`
      return `already there, left alone: ${what}${beside}`
    }
    case 'made':
      return `was missing, made: ${what}`
    case 'converted':
      return `converted: ${what}`
    case 'filled': {
      const still = left === 0 ? '' : `, ${left} still NULL`
      return `filled ${rows} ${rows === 1 ? 'row' : 'rows'}${still} (${by ?? 'batches'}): ${what}`
    }
    case 'kept':
      return `left as it is: ${text.replace(/^(?:take back, where it was made here: ensure|leave) /u, '')}`
  }
}

/** Whether a backfill has come to the next tenth: a log wants no line for each batch. Keeps what it was asked last. */
export function tenths(): (event: { revision: string; column: string; done: number; total: number }) => boolean {
  const last = new Map<string, number>()
  return ({ revision, column, done, total }) => {
    const key = `${revision} ${column}`
    const tenth = Math.floor((10 * done) / Math.max(total, 1))
    const isNew = last.get(key) !== tenth
    last.set(key, tenth)
    return isNew
  }
}

// At the base again: seeds whose rows went with the tables are due once more.
import { send } from './send.ts'
import type { Session } from './session.ts'
import type { State } from './state.ts'

/**
 * Forgets which seeds have run when nothing is applied and no table is left. Tables that no revision made, or that one
 * found and left, may still hold the rows of a seed: run again, it would have them twice.
 */
export async function forgetSeeds(
  { dialect, connection, ledger }: Session,
  { applied, books: { meta } }: State,
): Promise<void> {
  if (applied.size > 0 || ![...meta.keys()].some((name) => name.startsWith('seed '))) return
  const { tables } = await dialect.inspect(connection)
  if (tables.length === 0) await send(dialect, connection, [{ sql: ledger.forgetSeeds() }])
}

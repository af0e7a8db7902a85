// The data that steps would throw away on this very database, before any of them is run.
import type { Connection, Dialect } from '../dialects/dialect.ts'
import { formerNames } from '../operations/former-names.ts'
import type { Operation } from '../operations/operation.ts'
import type { Schema } from '../schema/schema.ts'
import { type Destroyed, destroyedBy, formerOf, losses } from './losses.ts'
import type { Loss } from './reports.ts'
import type { Step } from './step.ts'

interface Place {
  dialect: Dialect
  connection: Connection
}

/** The data that a step would throw away if it were run now: the schema is asked where it tells more. */
export async function lossesNow(place: Place, all: readonly Operation[], from = 0): Promise<Omit<Loss, 'revision'>[]> {
  const { dialect, connection } = place
  const operations = all.slice(from)
  const destroyed = await destroyedBy(dialect, operations)
  const remakes = [...destroyed.values()].flat().some(({ keeps }) => keeps !== undefined)
  const asks =
    remakes ||
    dialect.needsSchema(operations) ||
    dialect.narrowings(operations, { version: connection.version }).length > 0
  const before = asks ? await dialect.inspect(connection) : undefined
  const found = await lossesOf(place, operations, { destroyed, before, earlier: all.slice(0, from) })
  return found.map((loss) => ({ ...loss, operation: loss.operation + from }))
}

async function lossesOf(
  { dialect, connection }: Place,
  operations: readonly Operation[],
  {
    destroyed,
    before,
    earlier = [],
  }: { destroyed?: Destroyed; before?: Schema | undefined; earlier?: readonly Operation[] } = {},
) {
  const known = before === undefined ? {} : { before }
  return losses(operations, {
    narrowings: dialect.narrowings(operations, { version: connection.version, ...known }),
    destroyed: destroyed ?? (await destroyedBy(dialect, operations)),
    earlier,
    ...known,
  })
}

/** The data that the steps would throw away, by the names that it has now. The schema is known for the first of them alone. */
export async function lossesAhead(place: Place, steps: readonly Step[]): Promise<Loss[]> {
  const [first] = steps
  const lost: Loss[] = []
  const names = formerNames()
  for (const each of steps) {
    const { revision, operations } = each
    const found = each === first ? await lossesNow(place, operations) : await lossesOf(place, operations)
    for (const loss of found) {
      // What a step before it makes is not there yet.
      const what = formerOf(loss.what, names)
      if (what !== undefined) lost.push({ revision: revision.id, ...loss, what })
    }
    for (const operation of operations) names.take(operation)
  }
  return lost
}

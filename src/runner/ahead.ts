// What steps come to, before any of them is run: for plans, scripts, and for whoever has to agree.

import type { Schema } from '../schema/schema.ts'
import { asksSchema, liveFor } from './items.ts'
import { type Prepared, workAhead } from './prepare.ts'
import type { Session } from './session.ts'
import type { Work } from './step.ts'

type Place = Pick<Session, 'dialect' | 'connection'>

/** A step's work, and the schema before it, where somebody asked for that. */
export type WorkAhead = Work & { before?: Schema }

/** The statements of all steps, each for the schema that the one before it leaves. */
export async function worksAhead(
  place: Place,
  prepared: readonly Prepared[],
  purpose: 'run' | 'script' = 'run',
): Promise<WorkAhead[]> {
  const { dialect, connection } = place
  let before: Schema | undefined
  const needed = prepared.some(({ items }) => asksSchema(dialect, items) || items.some(({ type }) => type === 'ensure'))
  if (needed || (purpose === 'run' && tellsMore(place, prepared))) before = await dialect.inspect(connection)
  const works: WorkAhead[] = []
  for (const each of prepared) {
    const { after, ...work } = workAhead(dialect, each, {
      version: connection.version,
      purpose,
      ...(before !== undefined && { before }),
      ...(await liveFor(dialect, connection, each.items)),
    })
    works.push(before === undefined ? work : { ...work, before })
    before = after
  }
  return works
}

/** Whether the schema tells more of what becomes of values than the steps themselves. */
const tellsMore = ({ dialect, connection }: Place, prepared: readonly Prepared[]): boolean =>
  prepared.some(
    ({ step, items }) =>
      asksSchema(dialect, items) || dialect.narrowings(step.operations, { version: connection.version }).length > 0,
  )

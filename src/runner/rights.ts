// What a role lacks, all of it at once: whoever grants one right after the other meets one error after the other.
import type { Connection, Dialect } from '../dialects/dialect.ts'
import { GodwitError } from '../errors.ts'

/** The error, with everything that the database says is not granted; as it is where it cannot be asked. */
export async function withRights(dialect: Dialect, connection: Connection, error: GodwitError): Promise<GodwitError> {
  if (error.code !== 'PERMISSION_DENIED') return error
  // The first error is the news: a question that may not be asked either adds nothing to it.
  const found = await dialect.privileges(connection).catch(() => [])
  const who = found.find((each) => each.who !== undefined)?.who
  const lacking = found.filter(({ granted, needed }) => granted === false && needed !== 'shadow')
  if (lacking.length === 0 && who === undefined) return error
  const { message, why, place, data, underlying: cause } = error
  const fix = who === undefined ? error.fix : error.fix?.replaceAll('<role>', who)
  return new GodwitError('PERMISSION_DENIED', message, {
    why: [
      why,
      who === undefined ? undefined : `The role is ${who}.`,
      ...lacking.map(({ allows }) => `It may not ${allows}.`),
    ]
      .filter(Boolean)
      .join('\n'),
    fix: [fix, ...(lacking.length === 0 ? [] : ['All that is lacking, at once:']), ...lacking.map((each) => each.fix)]
      .filter(Boolean)
      .join('\n'),
    ...(place !== undefined && { place }),
    data: { ...data, lacking: lacking.map(({ allows }) => allows) },
    cause,
  })
}

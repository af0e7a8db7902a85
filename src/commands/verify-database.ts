// What `verify` asks the database: connection, privileges, shadow, and what is pending.

import { amount } from '../amount.ts'
import type { Connection, Privilege } from '../dialects/dialect.ts'
import { isGodwitError } from '../errors.ts'
import type { Check, Checks } from './checks.ts'
import type { Context } from './context.ts'
import type { ProjectFacts } from './verify-project.ts'

type Facts = ProjectFacts & { shadow: boolean }

/** All of it; what needs a connection stays unknown where there is none. */
export async function checkDatabase(context: Context, checks: Checks, facts: Facts): Promise<void> {
  const { config } = facts
  const connection = config?.url === undefined ? undefined : await checkConnection(context, checks)
  if (connection === undefined) {
    const why = config?.url === undefined ? 'no database is named' : 'there is no connection'
    for (const about of ['privileges', 'pending']) checks.add(about, 'unknown', `not looked at: ${why}`)
  } else {
    await checks.attempt('privileges', () =>
      understood(context, () => checkPrivileges(context, checks, connection, facts)),
    )
    await checks.attempt('pending', () => understood(context, () => checkPending(context, checks, facts)))
  }
  if (facts.shadow && config !== undefined) await checkShadow(context, checks, facts)
}

/** Runs a question; what the driver throws becomes what it means. */
async function understood<Value>(context: Context, ask: () => Promise<Value>): Promise<Value> {
  try {
    return await ask()
  } catch (error) {
    const { meaningOf } = await import('../runner/index.ts')
    throw meaningOf(await context.dialect(), error)
  }
}

async function checkConnection(context: Context, checks: Checks): Promise<Connection | undefined> {
  return checks.attempt('database', async () => {
    const dialect = await context.dialect()
    try {
      const connection = await context.connection({ readOnly: true, absent: 'error' })
      // A server may take the connection and refuse the session.
      await understood(context, () => connection.query('select 1 as one'))
      checks.add(
        'database',
        'ok',
        `connected to ${connection.location.display} (${dialect.name} ${connection.version})`,
      )
      return connection
    } catch (error) {
      const made = isGodwitError(error) && error.code === 'DATABASE_MISSING' ? error.data?.made : undefined
      if (typeof made !== 'string') throw error
      checks.add('database', 'warning', `there is no database yet; it is made ${made}`, 'godwit upgrade')
      return undefined
    }
  })
}

async function checkPrivileges(
  context: Context,
  checks: Checks,
  connection: Connection,
  { production, config }: Facts,
): Promise<void> {
  const dialect = await context.dialect()
  const found = await dialect.privileges(connection)
  // With a server of its own the shadow needs nothing here.
  const asked = found.filter(({ needed }) => needed !== 'shadow' || config?.shadow === undefined)
  const granted = asked.filter((each) => each.granted === true)
  if (granted.length > 0) checks.add('privileges', 'ok', `may ${granted.map(({ allows }) => allows).join(', ')}`)
  for (const each of asked)
    if (each.granted !== true) checks.add('privileges', stateOf(each, production), sentence(each), each.fix)
}

const sentence = ({ allows, granted }: Privilege): string =>
  granted === undefined ? `it cannot be told whether it may ${allows}` : `may not ${allows}`

function stateOf({ granted, needed }: Privilege, production: boolean): Check['state'] {
  if (granted === undefined || needed === 'sometimes') return 'warning'
  return needed === 'shadow' && production ? 'warning' : 'failed'
}

async function checkPending(context: Context, checks: Checks, { graph, migrates }: Facts): Promise<void> {
  if (graph === undefined) return checks.add('pending', 'unknown', 'not looked at: the revisions cannot be read')
  const { readState } = await import('../runner/index.ts')
  const { pending, edited, missing, incomplete, current, initialised } = await readState(
    await context.runner({ readOnly: true }),
  )
  const list = (ids: readonly string[]): string => ids.join(', ')
  if (edited.length > 0)
    checks.add(
      'pending',
      'failed',
      `applied, and edited since: ${list(edited)}`,
      '`godwit upgrade` shows the difference: put the file back.',
    )
  if (missing.length > 0)
    checks.add(
      'pending',
      'failed',
      `applied, and the file is gone: ${list(missing)}`,
      'Bring it back from version control.',
    )
  for (const { revision, state, inDoubt } of incomplete)
    checks.add(
      'pending',
      'failed',
      `${revision} was interrupted while ${state}`,
      inDoubt
        ? 'godwit resolve'
        : state === 'upgrading'
          ? '`godwit upgrade`, or `godwit downgrade` says how to take it back'
          : 'godwit downgrade',
    )
  if (pending.length > 0)
    checks.add(
      'pending',
      'warning',
      `${initialised ? '' : 'no history yet; '}${amount(pending.length, 'revision')} pending: ${list(pending)}`,
      migrates === true ? 'The next start applies them; `godwit upgrade` does it now.' : 'godwit upgrade',
    )
  else if (edited.length + missing.length + incomplete.length === 0)
    checks.add('pending', 'ok', current.length === 0 ? 'nothing to apply' : `up to date: ${list(current)}`)
}

/** Opens it and asks it something. Only `migrate`, `check` and the like need it. */
async function checkShadow(context: Context, checks: Checks, { config, production }: Facts): Promise<void> {
  const dialect = await context.dialect().catch((error: unknown) => {
    if (isGodwitError(error)) return undefined
    throw error
  })
  if (config === undefined || dialect === undefined)
    return checks.add('shadow', 'unknown', 'not looked at: no database is named')
  const { cache, shadow: url, url: target, sources } = config
  try {
    await using shadow = await dialect.openShadow({
      cache,
      ...(url !== undefined && { url }),
      ...(target !== undefined && { target }),
    })
    await understood(context, () => shadow.scratch((connection) => connection.query('select 1 as one')))
    checks.add('shadow', 'ok', `works (${shadow.identity.split(' ', 1)[0]})`)
  } catch (error) {
    if (!isGodwitError(error)) throw error
    const needed = sources.length > 0 && !production
    const { message, why = '', fix } = error
    checks.add(
      'shadow',
      needed ? 'failed' : 'warning',
      `${message} ${why} It is for migrate and check; upgrade does without.`,
      fix,
    )
  }
}

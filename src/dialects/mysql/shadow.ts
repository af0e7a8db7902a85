// The shadow: a scratch database with a random marked name beside the real one, dropped after each use.
import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { GodwitError } from '../../errors.ts'
import type { Connection, Shadow, ShadowOptions } from '../dialect.ts'
import { connect } from './connect.ts'
import { explain } from './explain.ts'
import { carryOut, load } from './load.ts'
import { identifier, literal } from './quote.ts'
import { text } from './session.ts'
import { parseUrl, withDatabase } from './url.ts'

/** Our mark, the time it was made, and chance. Only names like this are ever dropped. */
const NAME = /^godwit_shadow_([0-9a-z]{8,9})_[0-9a-f]{12}$/
// Long after any run has ended; a database that somebody is connected to is never touched.
const STALE = 60 * 60 * 1000

/** Opens nothing before the first scratch. Errors: SHADOW_FAILED, those of connect. */
export async function openShadow({ url, target, cache }: ShadowOptions): Promise<Shadow> {
  const base = url ?? target
  if (base === undefined) {
    throw new GodwitError('SHADOW_FAILED', 'There is no server for the scratch database.', {
      why: 'This database has no embedded engine: models and revisions are tried out on a scratch database of a server.',
      fix: 'Pass --url (the scratch database is made beside it), or set `shadow` in the configuration.',
    })
  }
  let admin: Promise<Home> | undefined
  let last: Promise<unknown> = Promise.resolve()
  const memory = versionMemory(cache, base, target)
  const home = (): Promise<Home> => {
    admin ??= openHome(base, target).then((opened) => {
      memory.write(`${opened.connection.version} ${opened.collation}`)
      return opened
    })
    return admin
  }
  const shadow: Shadow = {
    get identity() {
      return `server ${memory.read()}`
    },
    // One at a time: each use has a database of its own, and what they hold may be large.
    scratch(work) {
      const result = last.then(async () => inScratch(await home(), base, work))
      last = result.catch(() => undefined)
      return result
    },
    load,
    carryOut,
    async close() {
      await last
      const opened = await admin?.catch(() => undefined)
      admin = undefined
      await opened?.connection.close()
    },
    [Symbol.asyncDispose]: () => shadow.close(),
  }
  return shadow
}

interface Home {
  connection: Connection
  /** What the real database uses: texts without a collation of their own mean this one. */
  collation: string
}

async function openHome(base: string, target: string | undefined): Promise<Home> {
  const connection = await connect(withDatabase(base, ''), { applicationName: 'godwit shadow', scratch: true })
  try {
    await sweep(connection)
    return { connection, collation: await collationOf(connection, base, target) }
  } catch (error) {
    await connection.close()
    throw error
  }
}

async function collationOf(connection: Connection, base: string, target: string | undefined): Promise<string> {
  const ask = async (at: Connection, database: string): Promise<string | undefined> => {
    const rows = await at.query<Record<string, unknown>>(
      `select default_collation_name as collation from information_schema.schemata where schema_name = ${literal(database)}`,
    )
    return text(rows[0], 'collation')
  }
  const server = async (): Promise<string> => {
    const rows = await connection.query<Record<string, unknown>>('select @@collation_server as collation')
    return text(rows[0], 'collation') ?? 'utf8mb4_general_ci'
  }
  if (target === undefined || target === base)
    return (await ask(connection, parseUrl(base).database)) ?? (await server())
  try {
    await using other = await connect(withDatabase(target, ''))
    return (await ask(other, parseUrl(target).database)) ?? (await server())
  } catch {
    // The shadow has a server of its own so that the real one need not answer.
    return server()
  }
}

async function inScratch<Result>(
  { connection: admin, collation }: Home,
  base: string,
  work: (connection: Connection) => Promise<Result>,
): Promise<Result> {
  const name = `godwit_shadow_${Date.now().toString(36)}_${randomBytes(6).toString('hex')}`
  try {
    await admin.execute(`create database ${identifier(name)} collate ${collation}`)
  } catch (error) {
    throw refused(error, base)
  }
  try {
    await using connection = await connect(withDatabase(base, name), {
      applicationName: 'godwit shadow',
      scratch: true,
    })
    return await work(connection)
  } finally {
    await drop(admin, name)
  }
}

// Our own session to it is closed, but the server may still be letting go of its locks.
async function drop(admin: Connection, name: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await admin.execute(`drop database if exists ${identifier(name)}`)
      return
    } catch (error) {
      if (explain(error).kind !== 'lock timeout' || attempt === 3) throw error
    }
  }
}

/** What earlier runs could not drop, because they were killed. Failing to see or drop one is nobody's harm. */
async function sweep(admin: Connection): Promise<void> {
  const found = await admin.query<Record<string, unknown>>(
    `select s.schema_name as name from information_schema.schemata s
     where s.schema_name like 'godwit\\\\_shadow\\\\_%'
       and not exists (select 1 from information_schema.processlist p where p.db = s.schema_name)`,
  )
  for (const row of found) {
    const name = text(row, 'name') ?? ''
    const made = Number.parseInt(NAME.exec(name)?.[1] ?? '', 36)
    if (Number.isNaN(made) || Date.now() - made < STALE) continue
    await admin.execute(`drop database if exists ${identifier(name)}`).catch(() => undefined)
  }
}

function refused(error: unknown, base: string): GodwitError {
  const { kind, message } = explain(error)
  const { user, location } = parseUrl(base)
  const permission = kind === 'permission denied' || kind === 'access denied'
  return new GodwitError('SHADOW_FAILED', `No scratch database could be made at ${location.display}.`, {
    why: message,
    fix: permission
      ? `Let the account make databases of our name: GRANT ALL ON \`godwit\\_shadow\\_%\`.* TO '${user.replaceAll("'", "''")}'@'%'. Or set \`shadow\` to the URL of another server.`
      : 'Set `shadow` in the configuration to the URL of a server where it can be made.',
    cause: error,
  })
}

/** The server's version and collation as the last run saw them: known before connecting, and part of every cache key. */
function versionMemory(cache: string | undefined, base: string, target: string | undefined) {
  const key = createHash('sha256')
    .update(`${parseUrl(base).location.display}\0${target === undefined ? '' : parseUrl(target).location.display}`)
    .digest('hex')
    .slice(0, 16)
  const file = cache === undefined ? undefined : join(cache, `server-${key}.txt`)
  let known: string | undefined
  return {
    read(): string {
      if (known === undefined && file !== undefined) {
        try {
          known = readFileSync(file, 'utf8')
        } catch {
          known = undefined
        }
      }
      return `${key} ${known ?? 'unknown'}`
    },
    write(version: string): void {
      if (version === known) return
      known = version
      if (file === undefined || cache === undefined) return
      try {
        mkdirSync(cache, { recursive: true })
        writeFileSync(file, version)
      } catch {
        // A read-only cache costs time and nothing else.
      }
    },
  }
}

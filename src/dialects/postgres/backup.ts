// Copies of a whole database: by pg_dump and psql where they fit the server, by the embedded engine itself, or row by row.
import { GodwitError } from '../../errors.ts'
import type { Backup, BackupNative, BackupOptions, BackupSource, Connection, RestoreOptions } from '../dialect.ts'
import { feed, findTool, outputOf, type Tool } from '../tools.ts'
import { checkConfined, confined } from './backup/psql.ts'
import { rows } from './backup/rows.ts'
import { sessionOf, versionNumber } from './session.ts'
import { locationOf, parseUrl, type Target } from './url.ts'

/** Statements whose result `psql` runs, and the files of the embedded engine. */
const SQL = 'postgres sql'
const FILES = 'pglite files'
const VERSION = /(\d+)(?:\.(\d+))?/
/**
 * libpq's variables: several of them (PGSERVICE, PGHOSTADDR) beat PGHOST and would lead to another server. What our own
 * sessions honour, `environment` says again; the file of passwords is one that they read too.
 */
const LIBPQ = /^PG(?!PASSFILE$)[A-Z]+$/i

/** What the dialect offers to backups. */
export const backup: Backup = { open, restore, rows }

async function open(connection: Connection, options: BackupOptions): Promise<BackupSource> {
  const { kind } = sessionOf(connection)
  if (kind === 'embedded' && options.tool !== 'godwit') {
    return { view: connection, exact: true, native: filesOf(connection), close: async () => {} }
  }
  const tool = kind === 'embedded' || options.tool === 'godwit' ? undefined : await fitting(connection, options.url)
  if (typeof tool === 'string' && options.tool === 'native') throw missing('pg_dump', tool)
  await connection.execute(
    'begin isolation level repeatable read read only; set local idle_in_transaction_session_timeout = 0; set local search_path = public',
  )
  const close = (): Promise<void> => connection.execute('rollback').catch(() => undefined)
  try {
    if (tool === undefined || typeof tool === 'string') {
      await refuseUnknownBytes(connection)
      return { view: connection, exact: true, ...(tool !== undefined && { note: tool }), close }
    }
    const [row] = await connection.query<{ id: string }>('select pg_catalog.pg_export_snapshot() as id')
    const native = dumpOf(tool, connection, row?.id ?? '', options)
    return { view: connection, exact: true, native, close }
  } catch (error) {
    await close()
    throw error
  }
}

// Bytes that are in no encoding would be changed on their way through the driver.
async function refuseUnknownBytes(connection: Connection): Promise<void> {
  const [row] = await connection.query<{ server_encoding: string }>('show server_encoding')
  if (row?.server_encoding !== 'SQL_ASCII') return
  throw new GodwitError('BACKUP_FAILED', 'The database has the encoding SQL_ASCII.', {
    why: 'Its texts may be bytes of any encoding, which only the server’s own program copies as they are.',
    fix: 'Install pg_dump of the same major version as the server, and run the command again.',
  })
}

function filesOf(connection: Connection): BackupNative {
  const { dumpFiles } = sessionOf(connection)
  return {
    kind: FILES,
    file: 'data.tar',
    by: `pglite ${connection.version}`,
    async *content() {
      if (dumpFiles === undefined) throw new GodwitError('BUG', 'An embedded session without files.')
      yield* (await dumpFiles()).stream() as unknown as AsyncIterable<Uint8Array>
    },
  }
}

const missing = (name: string, why: string): GodwitError =>
  new GodwitError('TOOL_MISSING', `${name} cannot be used.`, {
    why,
    fix: `Install the client programs of the server's major version and put ${name} on the PATH, or let Godwit copy the rows itself: --tool godwit.`,
  })

/** pg_dump, or why not. Another major version writes statements that the server may not know. */
async function fitting(connection: Connection, url: string): Promise<Tool | string> {
  if (reached(url, connection) === undefined) return ELSEWHERE
  const tool = await findTool(['pg_dump'], VERSION)
  if (tool === undefined) return 'pg_dump is not on the PATH.'
  const major = Math.floor(versionNumber(connection.version) / 10_000)
  return tool.version[0] === major ? tool : `pg_dump is of version ${tool.version[0]}, the server of ${major}.`
}

function dumpOf(tool: Tool, connection: Connection, snapshot: string, options: BackupOptions): BackupNative {
  return {
    kind: SQL,
    file: 'dump.sql',
    by: tool.text,
    content: (table) =>
      outputOf({
        name: tool.name,
        args: [
          '--format=plain',
          '--encoding=UTF8',
          '--no-password',
          '--verbose',
          ...(snapshot === '' ? [] : [`--snapshot=${snapshot}`]),
        ],
        env: environment(options.url, connection),
        hides: LIBPQ,
        signal: options.signal,
        onLine: (line) => {
          if (line.includes('dumping contents of table')) table()
        },
      }),
  }
}

/** The server of the URL that this connection is to; undefined where it is to none of them. */
function reached(url: string, { location }: Connection): Target['hosts'][number] | undefined {
  if (url === '') return undefined
  const target = parseUrl(url)
  return target.hosts.find((each) => {
    const { display, host } = locationOf(target, each)
    return display === location.display && host === location.host
  })
}

const ELSEWHERE = 'The open connection that was handed in is not to the server and database of the configured URL.'

/** How libpq is told where to connect: the server we are connected to, and as the URL says. */
function environment(url: string, connection: Connection): Record<string, string> {
  const target = parseUrl(url)
  const used = reached(url, connection)
  if (used === undefined) throw new GodwitError('BUG', 'A program of the server was to be sent to another one.')
  const { ssl } = target
  return {
    PGHOST: used.host,
    PGPORT: String(used.port),
    PGUSER: target.user,
    PGDATABASE: target.database,
    PGAPPNAME: 'godwit backup',
    LC_MESSAGES: 'C',
    ...(target.password !== undefined && { PGPASSWORD: target.password }),
    ...(target.timeout !== undefined && { PGCONNECT_TIMEOUT: String(Math.ceil(target.timeout / 1000)) }),
    ...(target.options !== undefined && { PGOPTIONS: target.options }),
    ...(ssl.mode !== 'automatic' && { PGSSLMODE: ssl.mode }),
    ...(ssl.rootCertificate !== undefined && { PGSSLROOTCERT: ssl.rootCertificate }),
    ...(ssl.certificate !== undefined && { PGSSLCERT: ssl.certificate }),
    ...(ssl.key !== undefined && { PGSSLKEY: ssl.key }),
    ...(ssl.direct === true && { PGSSLNEGOTIATION: 'direct' }),
  }
}

async function restore(
  connection: Connection,
  content: AsyncIterable<Uint8Array>,
  options: RestoreOptions,
): Promise<void> {
  const { kind, loadFiles } = sessionOf(connection)
  if (options.kind === FILES) {
    if (kind !== 'embedded' || loadFiles === undefined) {
      throw mismatch('It holds the files of an embedded database, which a server cannot read.', '--tool godwit')
    }
    const [theirs, ours] = [options.version, connection.version].map((text) => versionNumber(text) / 10_000)
    if (Math.floor(theirs ?? 0) !== Math.floor(ours ?? 0)) {
      throw mismatch(
        `Its files are of version ${options.version}, the engine is ${connection.version}.`,
        '--tool godwit',
      )
    }
    return loadFiles(content)
  }
  if (options.kind !== SQL) throw mismatch('It is the copy of another kind of database.', undefined)
  if (kind === 'embedded') throw mismatch('It was written by pg_dump, for psql and a server.', '--tool godwit')
  if (reached(options.url, connection) === undefined)
    throw mismatch(`${ELSEWHERE} psql would write there.`, '--tool godwit')
  const tool = await findTool(['psql'], VERSION)
  if (tool === undefined)
    throw missing('psql', 'The backup was written by pg_dump; psql reads it, and it is not on the PATH.')
  checkConfined(tool)
  await feed(
    {
      name: tool.name,
      args: ['--no-psqlrc', '--quiet', '--no-password', '--set=ON_ERROR_STOP=1', '--file=-'],
      env: { ...environment(options.url, connection), PGCLIENTENCODING: 'UTF8' },
      hides: LIBPQ,
      signal: options.signal,
    },
    // One transaction for everything: it is as before, or as in the backup. We say its end ourselves: --single-transaction
    // would commit at the end of the input, which is also what psql sees when we are killed or cannot read on.
    confined(['begin', 'set local lock_timeout = 60000', ...options.before, ''].join(';\n'), content, '\ncommit;\n'),
  )
}

const mismatch = (why: string, option: string | undefined): GodwitError =>
  new GodwitError('BACKUP_MISMATCH', 'This backup does not fit this database.', {
    why,
    fix:
      option === undefined
        ? 'Restore it where it came from, or into a database of the same kind.'
        : `Restore it where it came from, or take one that fits both with \`godwit backup ${option}\`.`,
  })

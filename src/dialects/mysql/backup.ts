// Copies of a whole database: by the server's own mysqldump or mariadb-dump where they fit it, otherwise row by row.
import { GodwitError } from '../../errors.ts'
import type { Backup, BackupNative, BackupOptions, BackupSource, Connection, RestoreOptions } from '../dialect.ts'
import { feed, findTool, outputOf, type Tool } from '../tools.ts'
import { told } from './backup/options.ts'
import { rounds, rows } from './backup/rows.ts'
import { flavorOf } from './flavor.ts'
import { inspect } from './inspect.ts'
import { literal } from './quote.ts'
import { text } from './session.ts'
import { parseUrl } from './url.ts'

const SQL = 'mysql sql'
/** `Ver 8.0.36 for Linux`, `Ver 10.19 Distrib 10.11.6-MariaDB`, `from 11.4.2-MariaDB`. */
const VERSION = /(?:Distrib|from|Ver)\s+(\d+)\.(\d+)\.(\d+)/

/** In this order in the file: what says whose they are is the very last. */
const OWN = ['godwit_history', 'godwit_journal', 'godwit_meta']

/** What the dialect offers to backups. */
export const backup: Backup = { open, restore, rows }

async function open(connection: Connection, options: BackupOptions): Promise<BackupSource> {
  const tool = options.tool === 'godwit' ? undefined : await fitting(connection, options.url)
  if (typeof tool === 'string' && options.tool === 'native') throw missing('the dump program', tool)
  await connection.execute('set session transaction isolation level repeatable read')
  await connection.execute('start transaction with consistent snapshot, read only')
  const close = (): Promise<void> => connection.execute('rollback').catch(() => undefined)
  const own = tool === undefined || typeof tool === 'string'
  return {
    view: connection,
    // The dump program has a snapshot of its own, a moment later.
    exact: own,
    ...(typeof tool === 'string' && { note: tool }),
    ...(!own && { native: dumpOf(tool, await ownTables(connection), options) }),
    close,
  }
}

const missing = (name: string, why: string): GodwitError =>
  new GodwitError('TOOL_MISSING', `${name.charAt(0).toUpperCase()}${name.slice(1)} of the server cannot be used.`, {
    why,
    fix: "Install the server's own client programs and put them on the PATH, or let Godwit copy the rows itself: --tool godwit.",
  })

const isMaria = (version: string): boolean => flavorOf(version).systemVersioning

/** Whether the URL leads to the server and database of this connection. */
const reaches = (url: string, { location }: Connection): boolean =>
  url !== '' && parseUrl(url).location.display === location.display

const ELSEWHERE = 'The open connection that was handed in is not to the server and database of the configured URL.'

/** The dump program of the server's own make, or why not. */
async function fitting(connection: Connection, url: string): Promise<Tool | string> {
  if (!reaches(url, connection)) return ELSEWHERE
  const maria = isMaria(connection.version)
  const found = await findTool(maria ? ['mariadb-dump', 'mysqldump'] : ['mysqldump'], VERSION)
  const product = maria ? 'MariaDB' : 'MySQL'
  if (found === undefined) return `The dump program of ${product} is not on the PATH.`
  if (/mariadb/i.test(found.text) !== maria) return `${found.name} is not the one of ${product}.`
  const [major = 0, minor = 0] = flavorOf(connection.version).version
  const [toolMajor = 0, toolMinor = 0] = found.version
  if (toolMajor < major || (toolMajor === major && toolMinor < minor)) {
    return `${found.name} is of version ${toolMajor}.${toolMinor}, the server of ${major}.${minor}.`
  }
  const { tables } = await inspect(connection)
  const rounded = tables.find(({ columns }) => columns.some(rounds))
  return rounded === undefined ? found : `${found.name} rounds FLOAT columns to six digits (table ${rounded.name}).`
}

function dumpOf(tool: Tool, present: readonly string[], options: BackupOptions): BackupNative {
  const address = parseUrl(options.url)
  const maria = /mariadb/i.test(tool.text)
  const common = [
    '--default-character-set=utf8mb4',
    '--single-transaction',
    '--quick',
    '--hex-blob',
    '--no-tablespaces',
    '--skip-dump-date',
    '--verbose',
    ...(maria ? [] : ['--set-gtid-purged=OFF']),
  ]
  return {
    kind: SQL,
    file: 'dump.sql',
    by: tool.text,
    async *content(table) {
      const run = async function* (args: readonly string[]): AsyncGenerator<Uint8Array> {
        await using defaults = await told(address, options.folder, maria)
        yield* outputOf({
          name: tool.name,
          args: [`--defaults-file=${defaults.file}`, ...common, ...args],
          env: { LC_ALL: 'C' },
          inherits: defaults.inherits,
          signal: options.signal,
          onLine: (line) => {
            if (/^-- Sending SELECT query/.test(line)) table()
          },
        })
      }
      yield* run([
        '--routines',
        '--triggers',
        '--events',
        ...OWN.map((name) => `--ignore-table=${address.database}.${name}`),
        '--',
        address.database,
      ])
      // Ours come last: until then the mark of the restore under way stands in their place.
      if (present.length > 0) yield* run(['--', address.database, ...present])
    },
  }
}

async function ownTables(connection: Connection): Promise<string[]> {
  const found = await connection.query<Record<string, unknown>>(
    `select table_name as name from information_schema.tables where table_schema = database() and table_name in (${OWN.map(literal).join(', ')})`,
  )
  const names = new Set(found.map((row) => text(row, 'name')))
  return OWN.filter((name) => names.has(name))
}

async function restore(
  connection: Connection,
  content: AsyncIterable<Uint8Array>,
  options: RestoreOptions,
): Promise<void> {
  if (options.kind !== SQL) {
    throw new GodwitError('BACKUP_MISMATCH', 'This backup does not fit this database.', {
      why: 'It is the copy of another kind of database.',
      fix: 'Restore it where it came from, or into a database of the same kind.',
    })
  }
  if (!reaches(options.url, connection)) {
    throw new GodwitError('BACKUP_MISMATCH', 'This backup does not fit this connection.', {
      why: `${ELSEWHERE} The command-line client would write there.`,
      fix: 'Name the same database in the URL, or take a backup that needs no client with `godwit backup --tool godwit`.',
    })
  }
  const maria = isMaria(connection.version)
  const tool = await findTool(maria ? ['mariadb', 'mysql'] : ['mysql'], VERSION)
  if (tool === undefined || /mariadb/i.test(tool.text) !== maria) {
    throw missing(
      'the command-line client',
      "The backup was written by the server's dump program; its client reads it.",
    )
  }
  for (const sql of options.before) await connection.query(sql)
  const address = parseUrl(options.url)
  await using defaults = await told(address, options.folder, maria)
  await feed(
    {
      name: tool.name,
      args: [
        `--defaults-file=${defaults.file}`,
        '--default-character-set=utf8mb4',
        '--batch',
        // A dump may have been in other hands: no commands of the client (`\!`, `source`), and no files of this machine.
        '--binary-mode',
        '--local-infile=0',
        '--',
        address.database,
      ],
      env: { LC_ALL: 'C' },
      inherits: defaults.inherits,
      signal: options.signal,
    },
    content,
  )
}

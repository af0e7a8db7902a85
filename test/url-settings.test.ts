// What stands behind the "?" of a URL changes where or how statements run, or it does not: it is never dropped.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { loadConfig } from '../src/config.ts'
import { parseUrl as parseMysql } from '../src/dialects/mysql/url.ts'
import { dialect } from '../src/dialects/postgres/index.ts'
import { parseUrl } from '../src/dialects/postgres/url.ts'
import { parseUrl as parseSqlite } from '../src/dialects/sqlite/url.ts'
import { GodwitError } from '../src/errors.ts'
import { postgresAnswers, type ScratchDatabase, scratchFolder, scratchPostgres } from './support/databases.ts'

const server = await postgresAnswers()
const postgres = (query: string, environment = {}) => parseUrl(`postgres://u@h/d?${query}`, environment)

function refusal(work: () => unknown): GodwitError {
  try {
    work()
  } catch (error) {
    if (error instanceof GodwitError) return error
    throw error
  }
  throw new Error('expected a coded error')
}

describe('another home than public', () => {
  it.each([
    'options=-csearch_path%3Dtenant1',
    'options=-c%20search_path%3Dtenant1,public',
    'options=--search-path%3Dtenant1',
    'search_path=tenant1',
    'schema=tenant1',
    'currentSchema=tenant1',
  ])('is refused: %s', (query) => {
    const error = refusal(() => postgres(query))
    expect(error.code).toBe('URL_INVALID')
    expect(error.fix).toContain('tenant1.users')
  })

  it('is refused from PGOPTIONS as well', () => {
    expect(refusal(() => postgres('', { PGOPTIONS: '-c search_path=tenant1' })).why).toContain('PGOPTIONS')
  })

  it('is none where it says public', () => {
    expect(postgres('schema=public')).not.toHaveProperty('ignored')
    expect(postgres('options=-csearch_path%3D%22$user%22,public').options).toContain('search_path')
  })
})

describe('settings', () => {
  it('of other tools are named, and change nothing', () => {
    expect(postgres('pgbouncer=true&connection_limit=1&channel_binding=require').ignored).toEqual([
      'pgbouncer',
      'connection_limit',
      'channel_binding',
    ])
    expect(parseMysql('mysql://u@h/d?connection_limit=5&sslaccept=strict').location.ignored).toEqual([
      'connection_limit',
      'sslaccept',
    ])
    expect(parseSqlite('sqlite:x.db?connection_limit=1').ignored).toEqual(['connection_limit'])
  })

  it('that nobody knows are refused, with the nearest that is known', () => {
    expect(refusal(() => postgres('sslmod=require')).fix).toContain('sslmode')
    expect(refusal(() => parseMysql('mysql://u@h/d?ssl-moed=REQUIRED')).fix).toContain('ssl-mode')
    expect(refusal(() => parseSqlite('sqlite:x.db?mod=ro')).fix).toContain('mode')
    expect(refusal(() => parseSqlite('sqlite:x.db?mode=or')).code).toBe('URL_INVALID')
  })

  it('that would run statements otherwise are refused where they cannot be honoured', () => {
    expect(refusal(() => postgres('options=-c%20TimeZone%3DEurope/Berlin')).fix).toContain('set local TimeZone')
    expect(refusal(() => postgres('options=-clock_timeout%3D5s')).fix).toContain('lockTimeout')
    expect(refusal(() => postgres('statement_timeout=5s')).fix).toContain('options=')
    expect(refusal(() => parseMysql('mysql://u@h/d?timezone=%2B02:00')).code).toBe('URL_INVALID')
    expect(refusal(() => parseSqlite('file:x.db?vfs=unix-none')).code).toBe('URL_INVALID')
  })

  it('of the embedded engine are none', async () => {
    await expect(dialect.connect('pglite:?schema=tenant1')).rejects.toMatchObject({ code: 'URL_INVALID' })
  })
})

describe('a database file named in .env', () => {
  it('lies beside that .env', async () => {
    const folder = await scratchFolder()
    try {
      writeFileSync(join(folder.path, 'godwit.config.ts'), 'export default {}')
      writeFileSync(join(folder.path, '.env'), 'DATABASE_URL=sqlite:./x.db?mode=rwc\n')
      const below = join(folder.path, 'deep')
      mkdirSync(below)
      const { url } = await loadConfig({ cwd: below, env: {} })
      expect(url).toBe(`sqlite:${join(folder.path, 'x.db')}?mode=rwc`)
      const { url: given } = await loadConfig({ cwd: below, env: { DATABASE_URL: 'sqlite:./x.db' } })
      expect(given).toBe('sqlite:./x.db')
    } finally {
      await folder.drop()
    }
  })
})

describe.runIf(server)('on a server', () => {
  let database: ScratchDatabase | undefined
  afterAll(() => database?.drop())

  it('what the options ask for is so, also after a revision that set it', async () => {
    database = await scratchPostgres()
    const url = new URL(database.url)
    url.searchParams.set('options', '-c statement_timeout=90s -c work_mem=9MB')
    await using connection = await dialect.connect(url.href.replaceAll('+', '%20'))
    const shown = () =>
      connection.query(`select current_setting('statement_timeout') as timeout, current_setting('work_mem') as memory,
        current_setting('TimeZone') as zone, current_setting('lock_timeout') as wait`)
    const asked = [{ timeout: '90s', memory: '9MB', zone: 'UTC', wait: '0' }]
    expect(await shown()).toEqual(asked)
    await connection.execute(`set statement_timeout = '1s'; set work_mem = '5MB'; set timezone = 'Asia/Tokyo'`)
    await connection.execute(dialect.forget(undefined, connection.version) ?? '')
    expect(await shown()).toEqual(asked)
  })
})

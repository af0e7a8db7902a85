// Behind PgBouncer: sessions are few, belong to others as well, and have not taken what they were opened with.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { downgrade, readHistory, upgrade } from '../../src/runner/index.ts'
import { postgresAnswers } from '../support/databases.ts'
import { hasPgBouncer, type Pooler, startPooler } from '../support/pooler.ts'
import { engines, failure, type Ground, ground } from './support.ts'

const postgres = engines.find(({ name }) => name === 'postgres')
const answers = hasPgBouncer && (await postgresAnswers())

describe.runIf(answers)('behind PgBouncer', () => {
  let at: Ground
  let pooler: Pooler | undefined
  beforeEach(async () => {
    if (postgres !== undefined) at = await ground(postgres)
  })
  afterEach(async () => {
    await pooler?.stop()
    pooler = undefined
    await at.drop()
  })

  const behind = async (settings: Record<string, string | number>, url: Record<string, string> = {}) => {
    pooler = await startPooler(settings)
    const pooled = pooler.through(at.url, url)
    return (more: Parameters<Ground['context']>[0] = {}) => at.context({ url: pooled, ...more })
  }
  const write = async (...texts: string[]): Promise<void> => {
    for (const [n, text] of texts.entries()) await at.writeSql(`r${n}`, n === 0 ? [] : [`r${n - 1}`], text)
  }
  const applied = async (): Promise<string[]> =>
    (await readHistory(at.context())).applied.map(({ revision }) => revision)
  const all = (starters: number, context: () => ReturnType<Ground['context']>) =>
    Promise.all(Array.from({ length: starters }, () => upgrade(context())))

  it.each([
    ['session', 5],
    ['session', 2],
    ['transaction', 5],
    ['transaction', 2],
  ])(
    'lets 30 starters through in %s mode with a pool of %i',
    async (mode, size) => {
      await write('create table a (id int);', 'create table b (id int);')
      const context = await behind({ pool_mode: mode, default_pool_size: size })
      const reports = await all(30, context)
      expect(reports.flatMap(({ steps }) => steps.map(({ revision }) => revision)).toSorted()).toEqual(['r0', 'r1'])
      expect(await applied()).toEqual(['r0', 'r1'])
    },
    60_000,
  )

  it.each(['session', 'transaction'])(
    'says what to set where the pool has one session (%s mode)',
    async (mode) => {
      await write('create table a (id int);')
      const context = await behind({ pool_mode: mode, default_pool_size: 1 })
      const started = Date.now()
      const error = await failure(upgrade(context({ lockWait: 2000 })))
      expect(error.code).toBe('POOL_TOO_SMALL')
      expect(error.fix).toContain('?pool_mode=session')
      expect(Date.now() - started).toBeLessThan(8000)
      // The ways out: the database itself; in session mode, one session.
      if (mode === 'transaction') await upgrade(at.context())
      else await upgrade(at.context({ url: pooler?.through(at.url, { pool_mode: 'session' }) ?? '' }))
      expect(await applied()).toEqual(['r0'])
    },
    60_000,
  )

  it('needs one session for 30 starters where the URL says that it stays', async () => {
    await write('create table a (id int);', 'create table b (id int);')
    const context = await behind({ pool_mode: 'session', default_pool_size: 1 }, { pool_mode: 'session' })
    const reports = await all(30, context)
    expect(reports.flatMap(({ steps }) => steps)).toHaveLength(2)
    expect(await applied()).toEqual(['r0', 'r1'])
  }, 60_000)

  const SEEN = `create table seen as select current_setting('TimeZone') as zone, current_setting('IntervalStyle') as style,
    current_setting('statement_timeout') as statement, current_setting('lock_timeout') as lock,
    current_setting('idle_in_transaction_session_timeout') as idle, '2020-01-01 00:00:00+00'::timestamptz::text as at;`
  const badRole = async (): Promise<void> => {
    const { pathname } = new URL(at.url)
    for (const set of [
      "timezone = 'Asia/Tokyo'",
      "intervalstyle = 'sql_standard'",
      'statement_timeout = 4321',
      'lock_timeout = 1234',
    ]) {
      await at.ask(`alter database ${pathname.slice(1)} set ${set}`)
    }
  }

  it.each([
    ['transaction', {}],
    ['transaction', { ignore_startup_parameters: 'options' }],
    ['session', {}],
    ['session', { ignore_startup_parameters: 'options' }],
  ])(
    'keeps our settings in a transaction in %s mode %j',
    async (pool_mode, more) => {
      await badRole()
      await write(SEEN)
      const context = await behind({ pool_mode, default_pool_size: 2, ...more })
      await upgrade(context())
      const ours = {
        zone: 'UTC',
        style: 'postgres',
        statement: '0',
        lock: '300ms',
        idle: '1min',
        at: '2020-01-01 00:00:00+00',
      }
      expect(await at.ask('select * from seen')).toEqual([ours])
    },
    60_000,
  )

  it('keeps what the URL asks for, and our settings where one session is said to stay', async () => {
    await badRole()
    await write(SEEN)
    const options = '-c statement_timeout=98765'
    const settings = { pool_mode: 'session', default_pool_size: 1, ignore_startup_parameters: 'options' }
    const context = await behind(settings, { pool_mode: 'session', options })
    await upgrade(context())
    expect(await at.ask('select zone, statement from seen')).toEqual([{ zone: 'UTC', statement: '98765ms' }])
  }, 60_000)

  it('leaves to the application nothing that a revision has set for its session', async () => {
    await at.writeSql(
      'r0',
      [],
      "set statement_timeout = '77s'; set time zone 'Asia/Tokyo'; create table a (id int);",
      'drop table a;',
    )
    await at.writeSql('r1', ['r0'], 'create table b (id int);', "set statement_timeout = '77s'; drop table b;")
    const context = await behind({ pool_mode: 'transaction', default_pool_size: 2 })
    await upgrade(context())
    await downgrade(context(), { target: 'r0', confirm: () => true })
    const found: unknown[] = []
    // Both sessions of the pool.
    const connect = () => at.dialect.connect(context().url ?? '')
    await using one = await connect()
    await using two = await connect()
    for (const connection of [one, two]) {
      await connection.execute('begin')
      found.push(...(await connection.query(`select current_setting('statement_timeout') as statement`)))
    }
    for (const connection of [one, two]) await connection.execute('rollback')
    expect(found).toEqual([{ statement: '0' }, { statement: '0' }])
  }, 60_000)

  it.each([
    ['transaction', {}],
    ['session', { pool_mode: 'session' }],
  ])(
    'is interrupted in %s mode',
    async (pool_mode, url) => {
      await write('create table a (id int);', 'select pg_sleep(30);')
      const context = await behind({ pool_mode, default_pool_size: 2 }, url)
      const abort = new AbortController()
      const started = Date.now()
      const emit: ReturnType<Ground['context']>['emit'] = (event) => {
        if (event.type === 'step started' && event.revision === 'r1') setTimeout(() => abort.abort(), 300)
      }
      const error = await failure(upgrade(context({ signal: abort.signal, emit })))
      expect(error.code).toBe('INTERRUPTED')
      expect(Date.now() - started).toBeLessThan(15_000)
      expect(await applied()).toEqual(['r0'])
    },
    60_000,
  )

  it('builds an index concurrently beside the lock', async () => {
    await write('create table a (id int);', '-- no transaction\ncreate index concurrently i on a (id);')
    const context = await behind({ pool_mode: 'transaction', default_pool_size: 2 })
    await upgrade(context())
    expect(await applied()).toEqual(['r0', 'r1'])
  }, 60_000)

  it('comes again where the pooler lets nobody in, within the wait for the lock', async () => {
    await write('create table a (id int);')
    const context = await behind({ pool_mode: 'session', default_pool_size: 3, max_client_conn: 1 })
    const first = await at.dialect.connect(context().url ?? '')
    const refused = await failure(upgrade(context({ lockWait: 500 })))
    expect(refused).toMatchObject({ code: 'CONNECTION_FAILED' })
    expect(refused.why).toContain('no more connections allowed')
    await first.close()
    // One at a time is let in: two at once need the pooler's own patience.
    const url = pooler?.through(at.url, { pool_mode: 'session' }) ?? ''
    const reports = await all(5, () => at.context({ url }))
    expect(reports.flatMap(({ steps }) => steps)).toHaveLength(1)
    expect(at.events.some((event) => event.type === 'warning' && /trying again/.test(event.message))).toBe(true)
  }, 60_000)

  it('comes again where the pooler has no session in time (query_wait_timeout)', async () => {
    await write('create table a (id int);')
    const context = await behind({ pool_mode: 'session', default_pool_size: 2, query_wait_timeout: 1 })
    const held = await Promise.all([1, 2].map(() => at.dialect.connect(context().url ?? '')))
    for (const each of held) await each.query('select 1')
    const running = upgrade(context())
    await new Promise((resolve) => setTimeout(resolve, 1500))
    for (const each of held) await each.close()
    expect((await running).steps).toHaveLength(1)
  }, 60_000)

  it('says what a pooler in statement mode has to be set to', async () => {
    await write('create table a (id int);')
    const context = await behind({ pool_mode: 'statement', default_pool_size: 2 })
    const error = await failure(upgrade(context()))
    expect(error.fix).toContain('pool_mode to session or transaction')
    expect(await failure(upgrade(context({ url: `${context().url}?pool_mode=statement` })))).toMatchObject({
      code: 'URL_INVALID',
    })
  }, 60_000)
})

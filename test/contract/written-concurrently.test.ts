// Hand-written CREATE and DROP INDEX CONCURRENTLY: what a failure or a cut leaves behind does not stop the next run.
import { beforeEach, describe, expect, it } from 'vitest'
import { readState, upgrade } from '../../src/runner/index.ts'
import { postgresAnswers } from '../support/databases.ts'
import { engines, failure, type Ground, ground } from './support.ts'

describe.runIf(await postgresAnswers())('a hand-written statement that commits by itself', () => {
  let at: Ground
  beforeEach(async () => {
    const engine = engines.find(({ name }) => name === 'postgres')
    if (engine === undefined) throw new Error('PostgreSQL answers, and is not among the engines.')
    at = await ground(engine)
    await at.ask('create table users (id int, mail text)')
    await at.ask("insert into users values (1, 'x'), (2, 'x')")
    return () => at.drop()
  })
  const valid = () =>
    at.ask(`select indisvalid from pg_catalog.pg_index where indexrelid = to_regclass('public.mails')`)

  it.each([
    'create unique index concurrently mails on users (mail)',
    'create unique index concurrently mails on public.users (lower(mail)) include (mail) where mail is not null',
  ])('fails over duplicate rows and goes on once they are corrected: %s', async (sql) => {
    await at.writeSql('a1', [], sql)
    await failure(upgrade(at.context()))
    expect(await valid()).toEqual([])
    await at.ask('update users set mail = id::text')
    await upgrade(at.context())
    expect(await valid()).toEqual([{ indisvalid: true }])
  })

  it.each([
    ['create index concurrently mails on users (mail)', [{ indisvalid: true }]],
    ['drop index concurrently mails', []],
  ])('is settled by the next run when its session was killed: %s', async (sql, after) => {
    if (sql.startsWith('drop')) await at.ask('create index mails on users (mail)')
    await at.writeSql('a1', [], sql)
    await at.on(async (holder) => {
      await holder.execute('begin; insert into users values (3)')
      let over = false
      const stopped = failure(upgrade(at.context())).finally(() => {
        over = true
      })
      const kill = `select pg_catalog.pg_terminate_backend(pid) from pg_catalog.pg_stat_activity
        where query = '${sql}' and wait_event_type = 'Lock' and datname = current_database()`
      while (!over && (await at.ask(kill)).length === 0);
      await stopped
      await holder.execute('rollback')
    })
    await upgrade(at.context())
    expect(await readState(at.context())).toMatchObject({ current: ['a1'] })
    expect(await valid()).toEqual(after)
  })
})

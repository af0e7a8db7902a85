// A server that is full for a moment is waited for, as another runner is; a connection that is lost names what is known.
import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { upgrade } from '../../src/runner/index.ts'
import { withMysql, withPostgres } from '../support/servers.ts'
import { describeOn, failure, type Ground, ground } from './support.ts'

describeOn(({ name }) => name === 'postgres' || name === 'mysql')('connecting to $name', (engine) => {
  let at: Ground
  const user = `godwit_test_${randomBytes(4).toString('hex')}`
  const postgres = engine.name === 'postgres'
  beforeEach(async () => {
    at = await ground(engine)
    await at.writeSql('r0', [], 'create table a (id int);')
  })
  afterEach(async () => {
    if (postgres) {
      await at.ask(`drop owned by ${user} cascade`).catch(() => undefined)
      await at.drop()
      await withPostgres((client) => client.query(`drop role if exists ${user}`))
    } else {
      await at.drop()
      await withMysql((client) => client.query(`drop user if exists ${user}@'%'`))
    }
  })

  /** The URL of an account that may connect once at a time. */
  const single = async (): Promise<string> => {
    const url = new URL(at.url)
    if (postgres) {
      await at.ask(
        `create role ${user} login password 'p' connection limit 1; grant create, usage on schema public to ${user}`,
      )
    } else {
      await at.ask(`create user ${user}@'%' identified by 'p' with max_user_connections 1`)
      await at.ask(`grant all on ${url.pathname.slice(1)}.* to ${user}@'%'`)
    }
    url.username = user
    url.password = 'p'
    return url.href
  }

  it('waits where the account has no free connection, within the wait for the lock', async () => {
    const url = await single()
    const held = await at.dialect.connect(url)
    const refused = await failure(upgrade(at.context({ url, lockWait: 300 })))
    expect(refused.code).toBe('CONNECTION_FAILED')
    const report = await upgrade(
      at.context({
        url,
        emit: (event) => {
          if (event.type === 'warning' && event.message.includes('trying again')) void held.close()
        },
      }),
    )
    expect(report.steps).toHaveLength(1)
  })

  it('says nothing of a revision where it is lost between two of them', async () => {
    const connection = await at.dialect.connect(at.url)
    const [row] = await connection.query<{ id: number }>(
      postgres ? 'select pg_backend_pid() as id' : 'select connection_id() as id',
    )
    const before = () =>
      at.ask(postgres ? `select pg_terminate_backend(${row?.id})` : `kill ${row?.id}`).then(() => undefined)
    const error = await failure(upgrade(at.context({ connection }), { before }))
    expect(error.code).toBe('CONNECTION_LOST')
    expect(error.why).toContain('Asked again: The database is at the base.')
    await connection.close()
  })
})

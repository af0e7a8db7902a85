// Databases that grew by hand are taken over and brought to the head; their rows are all there.
import { type Godwit, godwit } from 'godwit'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { describeEach, type ScratchDatabase } from '../../../test/support/databases.ts'
import { example, last, legacy, rows, run, targets } from './support.ts'

/** What has to be the same before and after, whatever the types were. */
const ROWS = `
  select 'user' as kind, id, concat_ws(' ', email, password_hash, name, role, department, manager_id, is_active) as text from users
  union all select 'leave', id, concat_ws(' ', user_id, type, start_date, end_date, trim(total_days::text)::numeric(4, 1), reason, status, approved_by) from leaves
  union all select 'holiday', id, concat_ws(' ', name, date) from holidays
  order by kind, id`

const FLAGS = 'select is_active from holidays order by id'

describeEach(targets)('$name', ({ name, scratch }) => {
  let database: ScratchDatabase
  beforeEach(async () => {
    database = await scratch()
  })
  afterEach(() => database?.drop())

  async function using<Result>(work: (migrations: Godwit) => Promise<Result>): Promise<Result> {
    await using migrations = await godwit({ cwd: example, url: database.url })
    return await work(migrations)
  }

  /** Adopts and upgrades; what the operations came to, in words. */
  async function takenOver(): Promise<{ outcome: string; at: string; ensured: string[] }> {
    return using(async (migrations) => {
      const { outcome, revision } = await migrations.adopt()
      const { entries } = await migrations.history()
      const { steps } = await migrations.upgrade()
      expect(await migrations.check()).toMatchObject({ ok: true, models: [], database: [] })
      return {
        outcome,
        at: entries.find((entry) => entry.revision === revision)?.message ?? '',
        ensured: steps
          .flatMap(({ ensured }) => ensured ?? [])
          .map(({ outcome: what, text, rows: filled }) =>
            [what, ...(filled === undefined ? [] : [filled]), text].join(' '),
          ),
      }
    })
  }

  test('the first year: whole days become numbers with halves', async () => {
    await run(database.url, await legacy('1-first-year'))
    const before = await rows(database.url, ROWS)
    const { outcome, at, ensured } = await takenOver()
    expect([outcome, at]).toEqual(['stamped', 'base tables'])
    expect(ensured.filter((line) => line.startsWith('found'))).toEqual([])
    expect(await rows(database.url, ROWS)).toEqual(before)
    expect(await rows(database.url, FLAGS)).toEqual([{ is_active: true }, { is_active: true }])
  })

  test('halfway: what is there stays, what is missing is made, text becomes numbers, NULLs are filled in batches', async () => {
    await run(database.url, await legacy('2-halfway'))
    await run(
      database.url,
      `insert into users (email, password_hash, name, passport_status)
       select 'u' || n || '@example.org', 'x', 'User ' || n, null from generate_series(1, 2500) as n`,
    )
    const before = await rows(database.url, ROWS)
    const { outcome, at, ensured } = await takenOver()
    expect([outcome, at]).toEqual(['leading', 'base tables'])
    expect(ensured).toContain('found ensure column users.designation character varying(255)')
    expect(ensured).toContain('made ensure column users.wifi_user_id character varying(100)')
    expect(ensured).toContain('found ensure enum document_status (missing, submitted, verified, rejected)')
    expect(ensured).toContain('found ensure table email_settings (9 columns, 1 constraint)')
    expect(ensured).toContain('made ensure table email_templates (6 columns, 2 constraints)')
    expect(ensured).toContain('converted ensure column leaves.total_days is numeric(4,1)')
    expect(ensured).toContain("filled 2502 fill users.passport_status where it is null: 'missing'")
    expect(ensured).toContain('filled 1 fill holidays.is_active where it is null: true')
    expect(await rows(database.url, ROWS)).toEqual(before)
    expect(await rows(database.url, FLAGS)).toEqual([{ is_active: true }, { is_active: false }])
    expect(await rows(database.url, 'select distinct passport_status from users order by 1')).toEqual([
      { passport_status: 'missing' },
      { passport_status: 'submitted' },
      { passport_status: 'verified' },
    ])
    // Back to where it was taken over: what had been there before stays, with its values.
    await using((migrations) => migrations.downgrade({ target: '873cc1bb43c8', yes: true }))
    expect(await rows(database.url, ROWS)).toEqual(before)
    expect(await rows(database.url, 'select smtp_host from email_settings')).toEqual([
      { smtp_host: 'smtp.example.org' },
    ])
    expect(await rows(database.url, 'select designation from users where id = 1')).toEqual([
      { designation: 'Head of Sales' },
    ])
  })

  if (name !== last[0]?.name) return

  test('complete, but without a history: only what is required at the end is left to do', async () => {
    await run(database.url, await legacy('3-complete'))
    const before = await rows(database.url, ROWS)
    const { outcome, at, ensured } = await takenOver()
    expect([outcome, at]).toEqual(['stamped', 'tasks'])
    expect(ensured).toHaveLength(4)
    expect(await rows(database.url, ROWS)).toEqual(before)
    expect(await rows(database.url, 'select title, status from tasks')).toEqual([
      { title: 'Order laptops', status: 'open' },
    ])
  })

  test('different: nothing is written, both are shown, and it goes on when it is settled', async () => {
    await run(database.url, await legacy('4-different'))
    const before = await rows(database.url, ROWS)
    await using(async (migrations) => {
      await expect(migrations.adopt()).rejects.toMatchObject({
        code: 'ADOPT_DIFFERENT',
        why: expect.stringContaining('holidays.is_active: type integer -> boolean'),
      })
      await expect(migrations.upgrade()).rejects.toMatchObject({
        code: 'ENSURE_DIFFERENT',
        why: expect.stringMatching(/asked for: boolean default true\s+there is: +integer not null default 1/),
      })
    })
    expect(await rows(database.url, ROWS)).toEqual(before)
    await run(
      database.url,
      `alter table holidays alter is_active drop default, alter is_active drop not null,
         alter is_active type boolean using is_active = 1, alter is_active set default true`,
    )
    await using(async (migrations) => {
      expect((await migrations.upgrade()).nothing).toBe(false)
      expect(await migrations.check()).toMatchObject({ ok: true })
    })
    expect(await rows(database.url, ROWS)).toEqual(before)
    expect(await rows(database.url, FLAGS)).toEqual([{ is_active: true }, { is_active: false }])
  })
})

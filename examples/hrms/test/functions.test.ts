// Every function of the original script, as a revision. Each is run where the thing is missing, where somebody has made it by hand, and
// where somebody has made something else of that name.
import { type Godwit, godwit } from 'godwit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ScratchDatabase } from '../../../test/support/databases.ts'
import { example, last, rows, run } from './support.ts'

interface Case {
  /** The function of the original. */
  original: string
  revision: string
  /** SQL that makes the same thing by hand. */
  byHand: string
  /** SQL that makes another thing of that name, and the two definitions in the error. */
  other?: { sql: string; undo: string; shows: [asked: string, there: string] }
  /** A row before, and what a query finds after. */
  data?: { before: string; query: string; finds: Record<string, unknown>[] }
}

const STATUS = "document_status default 'missing'"

const CASES: Case[] = [
  {
    original: 'ensure_user_columns()',
    revision: 'user columns',
    byHand: `alter table users add designation varchar(255), add joining_date date, add wifi_user_id varchar(100);
      create index ix_users_wifi_user_id on users (wifi_user_id)`,
    other: {
      sql: 'alter table users add joining_date text',
      undo: 'alter table users drop joining_date',
      shows: ['date', 'text'],
    },
  },
  {
    original: 'ensure_holiday_is_active()',
    revision: 'holiday is_active',
    byHand: 'alter table holidays add is_active boolean default true',
    other: {
      sql: 'alter table holidays add is_active integer default 1',
      undo: 'alter table holidays drop is_active',
      shows: ['boolean default true', 'integer default 1'],
    },
  },
  {
    original: 'ensure_identity_document_columns()',
    revision: 'identity documents',
    byHand: `create type document_status as enum ('missing', 'submitted', 'verified', 'rejected');
      alter table users add passport_number varchar(50), add passport_status ${STATUS}, add national_id_number varchar(50),
        add national_id_status ${STATUS}, add tax_id_number varchar(50), add tax_id_status ${STATUS}`,
    other: {
      sql: "create type document_status as enum ('missing', 'there')",
      undo: 'drop type document_status',
      shows: ['missing, submitted, verified, rejected', 'missing, there'],
    },
  },
  {
    original: 'ensure_leaves_total_days_numeric()',
    revision: 'leaves total_days numeric',
    byHand: 'alter table leaves alter total_days type numeric(4, 1)',
    data: {
      before: `alter table leaves alter total_days type varchar(10);
        insert into leaves (user_id, start_date, end_date, total_days)
        select id, '2024-03-01', '2024-03-04', unnest(array['3', ' 1.5', '0.5 ']) from users`,
      query: 'select total_days::text from leaves order by id',
      finds: [{ total_days: '3.0' }, { total_days: '1.5' }, { total_days: '0.5' }],
    },
  },
  {
    original: 'create_email_settings_table(), create_email_template_table(), create_email_log_table()',
    revision: 'email tables',
    byHand: `create table email_templates (id serial primary key, name varchar(100) not null unique, subject varchar(255) not null,
        body text not null, created_at timestamptz not null default now(), updated_at timestamptz not null default now());
      insert into email_templates (name, subject, body) values ('kept', '', '')`,
    other: {
      sql: 'create table email_settings (id serial primary key, smtp_host text)',
      undo: 'drop table email_settings',
      shows: ['character varying(255) not null', 'text'],
    },
  },
  {
    original: 'create_employee_details_table()',
    revision: 'employee details',
    byHand: `create table employee_details (id serial primary key, user_id integer not null unique references users on delete cascade,
      date_of_birth date, phone varchar(30), personal_email varchar(255), address text, bank_account varchar(50),
      emergency_name varchar(255), emergency_phone varchar(30), created_at timestamptz not null default now(),
      updated_at timestamptz not null default now())`,
    other: {
      sql: 'create table employee_details (id serial primary key)',
      undo: 'drop table employee_details',
      shows: ['integer not null', 'nothing'],
    },
  },
  {
    original: 'create_employment_history_table()',
    revision: 'employment history',
    byHand: `create table employment_history (id serial primary key, user_id integer not null references users on delete cascade,
        company varchar(255) not null, title varchar(255) not null, start_date date not null, end_date date,
        reason_for_leaving text, created_at timestamptz not null default now(),
        constraint employment_history_dates_check check (end_date >= start_date));
      create index ix_employment_history_user_id on employment_history (user_id, start_date)`,
    other: {
      sql: 'create table employment_history (company varchar(80))',
      undo: 'drop table employment_history',
      shows: ['(255)', '(80)'],
    },
  },
  {
    original: 'create_tasks_table()',
    revision: 'tasks',
    byHand: `create type task_status as enum ('open', 'in_progress', 'done')`,
    other: {
      sql: 'create table tasks (id serial primary key, title text)',
      undo: 'drop table tasks',
      shows: ['character varying(255) not null', 'text'],
    },
  },
]

const escaped = (text: string): string => text.replace(/[()]/g, '\\$&')

describe.each(last)('$name', ({ scratch }) => {
  let database: ScratchDatabase
  let migrations: Godwit

  beforeAll(async () => {
    database = await scratch()
    await open()
    await migrations.upgrade({ target: '+1' })
    await byHand("insert into users (email, password_hash, name) values ('leo@example.org', 'x', 'Leo')")
  })
  afterAll(async () => {
    await migrations?.close()
    await database?.drop()
  })

  async function open(): Promise<void> {
    migrations = await godwit({ cwd: example, url: database.url })
  }
  // An embedded database is opened by one at a time.
  async function byHand(script: string): Promise<void> {
    await migrations.close()
    await run(database.url, script)
    await open()
  }
  const outcomes = async (way: 'upgrade' | 'downgrade'): Promise<string[]> => {
    const { steps } =
      way === 'upgrade' ? await migrations.upgrade({ target: '+1' }) : await migrations.downgrade({ yes: true })
    return steps.flatMap(({ ensured }) => ensured ?? []).map(({ outcome }) => outcome)
  }

  test('create_missing_tables(): the three tables of the beginning', async () => {
    const { entries } = await migrations.history()
    expect(entries.filter(({ state }) => state === 'done').map(({ message }) => message)).toEqual(['base tables'])
  })

  test.each(CASES)('$original', async ({ revision, byHand: made, other, data }) => {
    const { entries } = await migrations.history()
    expect(entries.find(({ state }) => state === 'pending')).toMatchObject({ message: revision })

    // Missing: it is made, and goes again.
    for (const outcome of await outcomes('upgrade')) expect(['made', 'converted']).toContain(outcome)
    await migrations.downgrade({ yes: true })

    // There, and different: nothing happens, and both are shown.
    if (other !== undefined) {
      await byHand(other.sql)
      const error: unknown = await migrations.upgrade({ target: '+1' }).catch((cause: unknown) => cause)
      expect(error).toMatchObject({ code: 'ENSURE_DIFFERENT' })
      const [asked, there] = other.shows
      expect((error as { why: string }).why).toMatch(
        new RegExp(`asked for: .*${escaped(asked)}.*\\n +there is: .*${escaped(there)}`),
      )
    }

    // Made by hand: it is left alone, on the way up and on the way down.
    await byHand(`${other?.undo ?? ''}; ${made}`)
    expect(await outcomes('upgrade')).toContain('found')
    expect(await outcomes('downgrade')).toContain('kept')
    if (data !== undefined) await byHand(data.before)
    await outcomes('upgrade')
    if (data !== undefined) {
      await migrations.close()
      expect(await rows(database.url, data.query)).toEqual(data.finds)
      await open()
    }
  })

  test('at the end it is what the models say, and the rows are there', async () => {
    await migrations.upgrade()
    expect(await migrations.check()).toMatchObject({ ok: true, models: [], database: [] })
    await migrations.close()
    expect(await rows(database.url, 'select name from email_templates')).toEqual([{ name: 'kept' }])
    expect(await rows(database.url, 'select name from users')).toEqual([{ name: 'Leo' }])
  })
})

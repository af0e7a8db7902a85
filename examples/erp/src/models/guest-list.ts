// Guest list: who is expected at the gate.
import { sql } from 'drizzle-orm'
import { id, index, moment, table, words } from './engine.ts'

export const guestList = table(
  'guest_list',
  {
    id: id(),
    guest_name: words(200).notNull(),
    phone: words(30),
    company: words(200),
    purpose: words(200),
    host_name: words(200).notNull(),
    expected_at: moment().notNull(),
    arrived_at: moment(),
    status: words(20).notNull().default('expected'),
    created_at: moment().notNull().default(sql`CURRENT_TIMESTAMP`),
  },
  (t) => [index('guest_list_by_day').on(t.expected_at)],
)

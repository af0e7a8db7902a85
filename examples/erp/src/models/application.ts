// What is no module's: users, the gate, purchasing.
import { sql } from 'drizzle-orm'
import { amount, id, index, moment, prose, table, whole, words, yesNo } from './engine.ts'

export const user = table('user', {
  id: id(),
  username: words(80).notNull().unique(),
  email: words(120).unique(),
  password_hash: words(255).notNull(),
  role: words(30).notNull().default('user'),
  is_active: yesNo().notNull().default(true),
  created_at: moment().notNull().default(sql`CURRENT_TIMESTAMP`),
})

export const gateUsers = table('gate_users', {
  id: id(),
  name: words(200).notNull(),
  phone: words(30).notNull().unique(),
  company: words(200),
  user_type: words(30).notNull().default('visitor'),
})

export const gateEntryLogs = table(
  'gate_entry_logs',
  {
    id: id(),
    gate_user_id: whole()
      .notNull()
      .references(() => gateUsers.id),
    entry_time: moment().notNull().default(sql`CURRENT_TIMESTAMP`),
    purpose: words(200),
  },
  (t) => [index('gate_entry_logs_by_user').on(t.gate_user_id)],
)

export const goingOutLogs = table(
  'going_out_logs',
  {
    id: id(),
    gate_user_id: whole()
      .notNull()
      .references(() => gateUsers.id),
    out_time: moment().notNull().default(sql`CURRENT_TIMESTAMP`),
    back_time: moment(),
    reason: words(200),
  },
  (t) => [index('going_out_logs_by_user').on(t.gate_user_id)],
)

export const purchaseOrder = table('purchase_order', {
  id: id(),
  po_number: words(50).notNull().unique(),
  supplier_name: words(200).notNull(),
  total_amount: amount().notNull().default('0'),
  status: words(30).notNull().default('draft'),
  created_at: moment().notNull().default(sql`CURRENT_TIMESTAMP`),
  // Came later, see migrations/*/7_missing_columns.ts.
  original_requirements: prose(),
})

// A help desk: who works in it, what it knows from the start, and what people ask.
import { boolean, index, integer, pgTable, text, timestamp, varchar } from 'drizzle-orm/pg-core'

const now = () => timestamp({ withTimezone: true }).notNull().defaultNow()

export const users = pgTable('users', {
  id: integer().primaryKey().generatedAlwaysAsIdentity(),
  username: varchar({ length: 60 }).notNull().unique(),
  name: varchar({ length: 120 }).notNull(),
  role: varchar({ length: 20 }).notNull().default('agent'),
  password_hash: text().notNull(),
  is_active: boolean().notNull().default(true),
  created_at: now(),
})

export const departments = pgTable('departments', {
  id: integer().primaryKey().generatedAlwaysAsIdentity(),
  name: varchar({ length: 80 }).notNull().unique(),
})

export const categories = pgTable('categories', {
  id: integer().primaryKey().generatedAlwaysAsIdentity(),
  name: varchar({ length: 80 }).notNull().unique(),
  response_hours: integer().notNull().default(24),
})

export const settings = pgTable('settings', {
  name: varchar({ length: 80 }).primaryKey(),
  value: text().notNull(),
})

export const tickets = pgTable(
  'tickets',
  {
    id: integer().primaryKey().generatedAlwaysAsIdentity(),
    subject: varchar({ length: 200 }).notNull(),
    status: varchar({ length: 20 }).notNull().default('open'),
    priority: integer().notNull().default(3),
    category_id: integer()
      .notNull()
      .references(() => categories.id),
    opened_by: integer()
      .notNull()
      .references(() => users.id),
    created_at: now(),
  },
  (table) => [index('tickets_status').on(table.status)],
)

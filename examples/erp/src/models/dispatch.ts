// Dispatch: what leaves the house.
import { sql } from 'drizzle-orm'
import { id, moment, prose, table, whole, words } from './engine.ts'

export const dispatchRequest = table('dispatch_request', {
  id: id(),
  request_number: words(50).notNull().unique(),
  sales_order_number: words(50),
  destination: words(200).notNull(),
  status: words(30).notNull().default('pending'),
  created_at: moment().notNull().default(sql`CURRENT_TIMESTAMP`),
  // Came later, see migrations/*/3_dispatch.ts.
  priority: words(20).notNull().default('normal'),
  vehicle_required: words(50),
  driver_name: words(100),
  delivery_notes: prose(),
  quantity: whole().notNull().default(1),
  dispatched_at: moment(),
})

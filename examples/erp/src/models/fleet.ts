// Fleet: what drives, and where to.
import { sql } from 'drizzle-orm'
import { dispatchRequest } from './dispatch.ts'
import { day, id, index, moment, prose, table, whole, words } from './engine.ts'

export const vehicle = table('vehicle', {
  id: id(),
  vehicle_number: words(30).notNull().unique(),
  vehicle_type: words(50).notNull(),
  driver_name: words(100),
  driver_phone: words(30),
  capacity_kg: whole(),
  status: words(20).notNull().default('available'),
  insurance_until: day(),
})

export const transportJob = table(
  'transport_job',
  {
    id: id(),
    dispatch_request_id: whole()
      .notNull()
      .references(() => dispatchRequest.id),
    vehicle_no: words(30),
    driver_name: words(100),
    status: words(20).notNull().default('planned'),
    started_at: moment(),
    finished_at: moment(),
    remarks: prose(),
    created_at: moment().notNull().default(sql`CURRENT_TIMESTAMP`),
  },
  (t) => [
    index('transport_job_by_request').on(t.dispatch_request_id),
    index('transport_job_by_vehicle').on(t.vehicle_no),
  ],
)

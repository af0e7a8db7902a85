// The fourteen tables of the shop. This file is the truth: `godwit migrate` writes the revisions from it.
import { sql } from 'drizzle-orm'
import { amount, check, day, id, index, moment, primaryKey, prose, table, whole, words, yesNo } from './engine.ts'

const now = sql`CURRENT_TIMESTAMP`

export const customers = table('customers', {
  id: id(),
  first_name: words(50).notNull(),
  last_name: words(50).notNull(),
  email: words(255).notNull().unique(),
  phone: words(20).notNull(),
  address: words(255),
  password_hash: words(255).notNull(),
  created_at: moment().notNull().default(now),
})

export const vehicles = table(
  'vehicles',
  {
    id: id(),
    customer_id: whole()
      .notNull()
      .references(() => customers.id, { onDelete: 'cascade' }),
    vin: words(17).notNull().unique(),
    make: words(50).notNull(),
    model: words(50).notNull(),
    year: whole().notNull(),
    color: words(30),
    mileage: whole().notNull().default(0),
  },
  (t) => [index('vehicles_by_customer').on(t.customer_id)],
)

export const mechanics = table('mechanics', {
  id: id(),
  first_name: words(50).notNull(),
  last_name: words(50).notNull(),
  email: words(255).notNull().unique(),
  phone: words(20),
  salary: amount().notNull(),
  hired_on: day().notNull(),
  active: yesNo().notNull().default(true),
})

export const services = table('services', {
  id: id(),
  name: words(100).notNull().unique(),
  description: prose(),
  base_price: amount().notNull(),
  estimated_minutes: whole().notNull(),
  active: yesNo().notNull().default(true),
})

export const serviceTickets = table(
  'service_tickets',
  {
    id: id(),
    vehicle_id: whole()
      .notNull()
      .references(() => vehicles.id, { onDelete: 'restrict' }),
    status: words(20).notNull().default('open'),
    priority: words(10).notNull().default('normal'),
    complaint: prose().notNull(),
    opened_at: moment().notNull().default(now),
    closed_at: moment(),
  },
  (t) => [
    index('service_tickets_by_vehicle').on(t.vehicle_id),
    index('service_tickets_by_status').on(t.status, t.priority),
    check('service_tickets_status', sql`${t.status} in ('open', 'in_progress', 'waiting', 'completed', 'cancelled')`),
  ],
)

export const parts = table(
  'parts',
  {
    id: id(),
    part_number: words(50).notNull().unique(),
    name: words(100).notNull(),
    manufacturer: words(100),
    cost: amount().notNull(),
    price: amount().notNull(),
    quantity_in_stock: whole().notNull().default(0),
    reorder_level: whole().notNull().default(5),
  },
  (t) => [check('parts_stock', sql`${t.quantity_in_stock} >= 0`)],
)

export const specializations = table('specializations', {
  id: id(),
  name: words(100).notNull().unique(),
  description: prose(),
})

export const servicePackages = table('service_packages', {
  id: id(),
  name: words(100).notNull().unique(),
  description: prose(),
  price: amount().notNull(),
  active: yesNo().notNull().default(true),
})

// ---- What belongs to what

export const ticketMechanics = table(
  'ticket_mechanics',
  {
    ticket_id: whole()
      .notNull()
      .references(() => serviceTickets.id, { onDelete: 'cascade' }),
    mechanic_id: whole()
      .notNull()
      .references(() => mechanics.id, { onDelete: 'restrict' }),
    role: words(20).notNull().default('lead'),
    hours_worked: amount().notNull().default('0'),
    assigned_at: moment().notNull().default(now),
  },
  (t) => [
    primaryKey({ columns: [t.ticket_id, t.mechanic_id] }),
    index('ticket_mechanics_by_mechanic').on(t.mechanic_id),
  ],
)

export const ticketLineItems = table(
  'ticket_line_items',
  {
    id: id(),
    ticket_id: whole()
      .notNull()
      .references(() => serviceTickets.id, { onDelete: 'cascade' }),
    service_id: whole()
      .notNull()
      .references(() => services.id, { onDelete: 'restrict' }),
    // A service that was sold as part of a package.
    package_id: whole().references(() => servicePackages.id, { onDelete: 'set null' }),
    quantity: whole().notNull().default(1),
    unit_price: amount().notNull(),
    notes: prose(),
  },
  (t) => [
    index('ticket_line_items_by_ticket').on(t.ticket_id),
    index('ticket_line_items_by_service').on(t.service_id),
    index('ticket_line_items_by_package').on(t.package_id),
    check('ticket_line_items_quantity', sql`${t.quantity} > 0`),
  ],
)

export const ticketParts = table(
  'ticket_parts',
  {
    id: id(),
    ticket_id: whole()
      .notNull()
      .references(() => serviceTickets.id, { onDelete: 'cascade' }),
    part_id: whole()
      .notNull()
      .references(() => parts.id, { onDelete: 'restrict' }),
    quantity: whole().notNull().default(1),
    unit_cost: amount().notNull(),
    unit_price: amount().notNull(),
    warranty_months: whole().notNull().default(12),
    installed_on: day(),
    installed_by: whole().references(() => mechanics.id, { onDelete: 'set null' }),
  },
  (t) => [
    index('ticket_parts_by_ticket').on(t.ticket_id),
    index('ticket_parts_by_part').on(t.part_id),
    index('ticket_parts_by_mechanic').on(t.installed_by),
    check('ticket_parts_quantity', sql`${t.quantity} > 0`),
    check('ticket_parts_warranty', sql`${t.warranty_months} >= 0`),
  ],
)

export const mechanicSpecializations = table(
  'mechanic_specializations',
  {
    mechanic_id: whole()
      .notNull()
      .references(() => mechanics.id, { onDelete: 'cascade' }),
    specialization_id: whole()
      .notNull()
      .references(() => specializations.id, { onDelete: 'restrict' }),
    certified_on: day().notNull(),
    expires_on: day(),
    certificate_number: words(50),
  },
  (t) => [
    primaryKey({ columns: [t.mechanic_id, t.specialization_id] }),
    index('mechanic_specializations_by_specialization').on(t.specialization_id),
  ],
)

export const servicePrerequisites = table(
  'service_prerequisites',
  {
    service_id: whole()
      .notNull()
      .references(() => services.id, { onDelete: 'cascade' }),
    prerequisite_id: whole()
      .notNull()
      .references(() => services.id, { onDelete: 'cascade' }),
    required: yesNo().notNull().default(true),
  },
  (t) => [
    primaryKey({ columns: [t.service_id, t.prerequisite_id] }),
    index('service_prerequisites_by_prerequisite').on(t.prerequisite_id),
  ],
)

export const servicePackageItems = table(
  'service_package_items',
  {
    package_id: whole()
      .notNull()
      .references(() => servicePackages.id, { onDelete: 'cascade' }),
    service_id: whole()
      .notNull()
      .references(() => services.id, { onDelete: 'restrict' }),
    quantity: whole().notNull().default(1),
  },
  (t) => [
    primaryKey({ columns: [t.package_id, t.service_id] }),
    index('service_package_items_by_service').on(t.service_id),
    check('service_package_items_quantity', sql`${t.quantity} > 0`),
  ],
)

// A shop at work, to try things on. The customers can log in: what is stored is a hash.
import { hashPassword, seed } from 'godwit'
import { fill, rows } from './_fill.ts'

export default seed({
  environments: ['development', 'test'],
  async run(database) {
    const hash = await hashPassword(process.env.SAMPLE_PASSWORD ?? 'torque wrench')
    await fill(database, {
      customers: rows(
        ['id', 'first_name', 'last_name', 'email', 'phone', 'password_hash'],
        [1, 'Ada', 'Lovelace', 'ada@example.org', '555-0101', hash],
        [2, 'Karl', 'Benz', 'karl@example.org', '555-0102', hash],
      ),
      vehicles: rows(
        ['id', 'customer_id', 'vin', 'make', 'model', 'year', 'color', 'mileage'],
        [1, 1, 'WVWZZZ1JZXW000001', 'Volkswagen', 'Golf', 2017, 'blue', 84200],
        [2, 2, 'WDB1240231B000002', 'Mercedes', '200 E', 1991, 'white', 301450],
      ),
      mechanics: rows(
        ['id', 'first_name', 'last_name', 'email', 'salary', 'hired_on'],
        [1, 'Rosie', 'Rivet', 'rosie@shop.example.org', 4100, '2019-03-01'],
        [2, 'Otto', 'Motor', 'otto@shop.example.org', 3900, '2021-09-15'],
      ),
      mechanic_specializations: rows(
        ['mechanic_id', 'specialization_id', 'certified_on', 'expires_on', 'certificate_number'],
        [1, 1, '2019-02-01', '2029-02-01', 'BR-7781'],
        [1, 2, '2020-05-10', null, null],
        [2, 3, '2021-08-20', '2031-08-20', 'EL-1120'],
      ),
      service_tickets: rows(
        ['id', 'vehicle_id', 'status', 'priority', 'complaint'],
        [1, 1, 'in_progress', 'high', 'Squeals when braking'],
        [2, 2, 'open', 'normal', 'Battery light stays on'],
      ),
      ticket_mechanics: rows(
        ['ticket_id', 'mechanic_id', 'role', 'hours_worked'],
        [1, 1, 'lead', 1.5],
        [1, 2, 'helper', 0.5],
        [2, 2, 'lead', 0],
      ),
      ticket_line_items: rows(
        ['id', 'ticket_id', 'service_id', 'package_id', 'quantity', 'unit_price'],
        [1, 1, 1, 2, 1, 49],
        [2, 1, 2, 2, 2, 50.5],
        [3, 2, 4, null, 1, 80],
      ),
      ticket_parts: rows(
        [
          'id',
          'ticket_id',
          'part_id',
          'quantity',
          'unit_cost',
          'unit_price',
          'warranty_months',
          'installed_on',
          'installed_by',
        ],
        [1, 1, 1, 2, 18.5, 39.9, 24, '2026-11-20', 1],
      ),
    })
  },
})

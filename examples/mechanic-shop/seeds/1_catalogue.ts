// What the shop offers: everywhere, production included.
import { seed } from 'godwit'
import { fill, rows } from './_fill.ts'

export default seed({
  run: (database) =>
    fill(database, {
      specializations: rows(
        ['id', 'name', 'description'],
        [1, 'Brakes', 'Disc and drum brakes, ABS'],
        [2, 'Engine', 'Petrol and diesel engines'],
        [3, 'Electrics', 'Batteries, alternators, wiring'],
      ),
      services: rows(
        ['id', 'name', 'description', 'base_price', 'estimated_minutes'],
        [1, 'Inspection', 'Visual check of the whole vehicle', 49, 45],
        [2, 'Brake pads, front axle', 'New pads, discs measured', 120, 90],
        [3, 'Oil change', 'Oil and filter', 60, 30],
        [4, 'Diagnosis', 'Fault codes read and explained', 80, 60],
        [5, 'Alternator', 'Replaced and tested', 210, 120],
      ),
      // No alternator without a diagnosis, no brake pads without an inspection.
      service_prerequisites: rows(['service_id', 'prerequisite_id', 'required'], [2, 1, 1], [5, 4, 1], [3, 1, 0]),
      service_packages: rows(
        ['id', 'name', 'description', 'price'],
        [1, 'Winter check', 'Inspection and oil change', 95],
        [2, 'Safe brakes', 'Inspection and both sides of the front axle', 150],
      ),
      service_package_items: rows(['package_id', 'service_id', 'quantity'], [1, 1, 1], [1, 3, 1], [2, 1, 1], [2, 2, 2]),
      parts: rows(
        ['id', 'part_number', 'name', 'manufacturer', 'cost', 'price', 'quantity_in_stock'],
        [1, 'BP-2041', 'Brake pad, front', 'Ferrodo', 18.5, 39.9, 24],
        [2, 'OF-0117', 'Oil filter', 'Manno', 4.2, 11.5, 60],
        [3, 'ALT-883', 'Alternator 120 A', 'Boscho', 140, 265, 3],
      ),
    }),
})

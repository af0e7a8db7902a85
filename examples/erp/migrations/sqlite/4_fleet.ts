// Transport jobs point at dispatch requests: the parent says so, and comes first.
import { op, revision } from 'godwit'

export default revision({
  id: '4_fleet',
  parents: ['3_dispatch'],
  message: 'fleet tables',
  operations: [
    op.ensureTable({
      table: {
        name: 'transport_job',
        columns: [
          { name: 'id', type: 'integer', nullable: false },
          { name: 'dispatch_request_id', type: 'integer', nullable: false },
          { name: 'vehicle_no', type: 'text(30)', nullable: true },
          { name: 'driver_name', type: 'text(100)', nullable: true },
          { name: 'status', type: 'text(20)', nullable: false, default: "'planned'" },
          { name: 'started_at', type: 'text', nullable: true },
          { name: 'finished_at', type: 'text', nullable: true },
          { name: 'remarks', type: 'text', nullable: true },
          { name: 'created_at', type: 'text', nullable: false, default: 'current_timestamp' },
        ],
        constraints: [
          {
            name: '',
            type: 'foreign key',
            columns: ['dispatch_request_id'],
            references: { table: 'dispatch_request', columns: ['id'] },
          },
          { name: '', type: 'primary key', columns: ['id'] },
        ],
        indexes: [
          { name: 'transport_job_by_request', unique: false, keys: [{ column: 'dispatch_request_id' }] },
          { name: 'transport_job_by_vehicle', unique: false, keys: [{ column: 'vehicle_no' }] },
        ],
      },
    }),
    op.ensureTable({
      table: {
        name: 'vehicle',
        columns: [
          { name: 'id', type: 'integer', nullable: false },
          { name: 'vehicle_number', type: 'text(30)', nullable: false },
          { name: 'vehicle_type', type: 'text(50)', nullable: false },
          { name: 'driver_name', type: 'text(100)', nullable: true },
          { name: 'driver_phone', type: 'text(30)', nullable: true },
          { name: 'capacity_kg', type: 'integer', nullable: true },
          { name: 'status', type: 'text(20)', nullable: false, default: "'available'" },
          { name: 'insurance_until', type: 'text', nullable: true },
        ],
        constraints: [{ name: '', type: 'primary key', columns: ['id'] }],
        indexes: [{ name: 'vehicle_vehicle_number_unique', unique: true, keys: [{ column: 'vehicle_number' }] }],
      },
    }),
  ],
})

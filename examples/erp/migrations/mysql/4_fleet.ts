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
          { name: 'id', type: 'int', nullable: false, identity: { kind: 'auto increment' } },
          { name: 'dispatch_request_id', type: 'int', nullable: false },
          { name: 'vehicle_no', type: 'varchar(30)', nullable: true },
          { name: 'driver_name', type: 'varchar(100)', nullable: true },
          { name: 'status', type: 'varchar(20)', nullable: false, default: "'planned'" },
          { name: 'started_at', type: 'datetime', nullable: true },
          { name: 'finished_at', type: 'datetime', nullable: true },
          { name: 'remarks', type: 'text', nullable: true },
          { name: 'created_at', type: 'datetime', nullable: false, default: 'current_timestamp()' },
        ],
        constraints: [
          { name: 'PRIMARY', type: 'primary key', columns: ['id'] },
          {
            name: 'transport_job_dispatch_request_id_dispatch_request_id_fk',
            type: 'foreign key',
            columns: ['dispatch_request_id'],
            references: { table: 'dispatch_request', columns: ['id'] },
          },
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
          { name: 'id', type: 'int', nullable: false, identity: { kind: 'auto increment' } },
          { name: 'vehicle_number', type: 'varchar(30)', nullable: false },
          { name: 'vehicle_type', type: 'varchar(50)', nullable: false },
          { name: 'driver_name', type: 'varchar(100)', nullable: true },
          { name: 'driver_phone', type: 'varchar(30)', nullable: true },
          { name: 'capacity_kg', type: 'int', nullable: true },
          { name: 'status', type: 'varchar(20)', nullable: false, default: "'available'" },
          { name: 'insurance_until', type: 'date', nullable: true },
        ],
        constraints: [{ name: 'PRIMARY', type: 'primary key', columns: ['id'] }],
        indexes: [{ name: 'vehicle_vehicle_number_unique', unique: true, keys: [{ column: 'vehicle_number' }] }],
      },
    }),
  ],
})

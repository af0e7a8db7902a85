// The table as it was first, then the columns that came later: an old table gets them, with all its rows.
import { op, revision } from 'godwit'

export default revision({
  id: '3_dispatch',
  parents: ['erp'],
  message: 'dispatch request and its later columns',
  operations: [
    op.ensureTable({
      table: {
        name: 'dispatch_request',
        columns: [
          { name: 'id', type: 'int', nullable: false, identity: { kind: 'auto increment' } },
          { name: 'request_number', type: 'varchar(50)', nullable: false },
          { name: 'sales_order_number', type: 'varchar(50)', nullable: true },
          { name: 'destination', type: 'varchar(200)', nullable: false },
          { name: 'status', type: 'varchar(30)', nullable: false, default: "'pending'" },
          { name: 'created_at', type: 'datetime', nullable: false, default: 'current_timestamp()' },
        ],
        constraints: [{ name: 'PRIMARY', type: 'primary key', columns: ['id'] }],
        indexes: [
          { name: 'dispatch_request_request_number_unique', unique: true, keys: [{ column: 'request_number' }] },
        ],
      },
    }),
    op.ensureColumn({ table: 'dispatch_request', column: { name: 'delivery_notes', type: 'text', nullable: true } }),
    op.ensureColumn({ table: 'dispatch_request', column: { name: 'dispatched_at', type: 'datetime', nullable: true } }),
    op.ensureColumn({
      table: 'dispatch_request',
      column: { name: 'driver_name', type: 'varchar(100)', nullable: true },
      after: 'created_at',
    }),
    op.ensureColumn({
      table: 'dispatch_request',
      column: { name: 'priority', type: 'varchar(20)', nullable: false, default: "'normal'" },
      after: 'created_at',
    }),
    op.ensureColumn({
      table: 'dispatch_request',
      column: { name: 'quantity', type: 'int', nullable: false, default: '1' },
      after: 'delivery_notes',
    }),
    op.ensureColumn({
      table: 'dispatch_request',
      column: { name: 'vehicle_required', type: 'varchar(50)', nullable: true },
      after: 'priority',
    }),
  ],
})

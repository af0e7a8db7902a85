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
          { name: 'id', type: 'integer', nullable: false },
          { name: 'request_number', type: 'text(50)', nullable: false },
          { name: 'sales_order_number', type: 'text(50)', nullable: true },
          { name: 'destination', type: 'text(200)', nullable: false },
          { name: 'status', type: 'text(30)', nullable: false, default: "'pending'" },
          { name: 'created_at', type: 'text', nullable: false, default: 'current_timestamp' },
        ],
        constraints: [{ name: '', type: 'primary key', columns: ['id'] }],
        indexes: [
          { name: 'dispatch_request_request_number_unique', unique: true, keys: [{ column: 'request_number' }] },
        ],
      },
    }),
    op.ensureColumn({ table: 'dispatch_request', column: { name: 'delivery_notes', type: 'text', nullable: true } }),
    op.ensureColumn({ table: 'dispatch_request', column: { name: 'dispatched_at', type: 'text', nullable: true } }),
    op.ensureColumn({ table: 'dispatch_request', column: { name: 'driver_name', type: 'text(100)', nullable: true } }),
    op.ensureColumn({
      table: 'dispatch_request',
      column: { name: 'priority', type: 'text(20)', nullable: false, default: "'normal'" },
    }),
    op.ensureColumn({
      table: 'dispatch_request',
      column: { name: 'quantity', type: 'integer', nullable: false, default: '1' },
    }),
    op.ensureColumn({
      table: 'dispatch_request',
      column: { name: 'vehicle_required', type: 'text(50)', nullable: true },
    }),
  ],
})

import { op, revision } from 'godwit'

export default revision({
  id: '5_guest_list',
  parents: ['erp'],
  message: 'guest list',
  operations: [
    op.ensureTable({
      table: {
        name: 'guest_list',
        columns: [
          { name: 'id', type: 'integer', nullable: false },
          { name: 'guest_name', type: 'text(200)', nullable: false },
          { name: 'phone', type: 'text(30)', nullable: true },
          { name: 'company', type: 'text(200)', nullable: true },
          { name: 'purpose', type: 'text(200)', nullable: true },
          { name: 'host_name', type: 'text(200)', nullable: false },
          { name: 'expected_at', type: 'text', nullable: false },
          { name: 'arrived_at', type: 'text', nullable: true },
          { name: 'status', type: 'text(20)', nullable: false, default: "'expected'" },
          { name: 'created_at', type: 'text', nullable: false, default: 'current_timestamp' },
        ],
        constraints: [{ name: '', type: 'primary key', columns: ['id'] }],
        indexes: [{ name: 'guest_list_by_day', unique: false, keys: [{ column: 'expected_at' }] }],
      },
    }),
  ],
})

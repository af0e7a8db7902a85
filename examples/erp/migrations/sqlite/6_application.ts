import { op, revision } from 'godwit'

export default revision({
  id: '6_application',
  parents: ['erp'],
  message: 'tables of the application',
  operations: [
    op.ensureTable({
      table: {
        name: 'gate_users',
        columns: [
          { name: 'id', type: 'integer', nullable: false },
          { name: 'name', type: 'text(200)', nullable: false },
          { name: 'phone', type: 'text(30)', nullable: false },
          { name: 'company', type: 'text(200)', nullable: true },
          { name: 'user_type', type: 'text(30)', nullable: false, default: "'visitor'" },
        ],
        constraints: [{ name: '', type: 'primary key', columns: ['id'] }],
        indexes: [{ name: 'gate_users_phone_unique', unique: true, keys: [{ column: 'phone' }] }],
      },
    }),
    op.ensureTable({
      table: {
        name: 'gate_entry_logs',
        columns: [
          { name: 'id', type: 'integer', nullable: false },
          { name: 'gate_user_id', type: 'integer', nullable: false },
          { name: 'entry_time', type: 'text', nullable: false, default: 'current_timestamp' },
          { name: 'purpose', type: 'text(200)', nullable: true },
        ],
        constraints: [
          {
            name: '',
            type: 'foreign key',
            columns: ['gate_user_id'],
            references: { table: 'gate_users', columns: ['id'] },
          },
          { name: '', type: 'primary key', columns: ['id'] },
        ],
        indexes: [{ name: 'gate_entry_logs_by_user', unique: false, keys: [{ column: 'gate_user_id' }] }],
      },
    }),
    op.ensureTable({
      table: {
        name: 'going_out_logs',
        columns: [
          { name: 'id', type: 'integer', nullable: false },
          { name: 'gate_user_id', type: 'integer', nullable: false },
          { name: 'out_time', type: 'text', nullable: false, default: 'current_timestamp' },
          { name: 'back_time', type: 'text', nullable: true },
          { name: 'reason', type: 'text(200)', nullable: true },
        ],
        constraints: [
          {
            name: '',
            type: 'foreign key',
            columns: ['gate_user_id'],
            references: { table: 'gate_users', columns: ['id'] },
          },
          { name: '', type: 'primary key', columns: ['id'] },
        ],
        indexes: [{ name: 'going_out_logs_by_user', unique: false, keys: [{ column: 'gate_user_id' }] }],
      },
    }),
    op.ensureTable({
      table: {
        name: 'purchase_order',
        columns: [
          { name: 'id', type: 'integer', nullable: false },
          { name: 'po_number', type: 'text(50)', nullable: false },
          { name: 'supplier_name', type: 'text(200)', nullable: false },
          { name: 'total_amount', type: 'numeric', nullable: false, default: "'0'" },
          { name: 'status', type: 'text(30)', nullable: false, default: "'draft'" },
          { name: 'created_at', type: 'text', nullable: false, default: 'current_timestamp' },
        ],
        constraints: [{ name: '', type: 'primary key', columns: ['id'] }],
        indexes: [{ name: 'purchase_order_po_number_unique', unique: true, keys: [{ column: 'po_number' }] }],
      },
    }),
    op.ensureTable({
      table: {
        name: 'user',
        columns: [
          { name: 'id', type: 'integer', nullable: false },
          { name: 'username', type: 'text(80)', nullable: false },
          { name: 'email', type: 'text(120)', nullable: true },
          { name: 'password_hash', type: 'text(255)', nullable: false },
          { name: 'role', type: 'text(30)', nullable: false, default: "'user'" },
          { name: 'is_active', type: 'integer', nullable: false, default: 'true' },
          { name: 'created_at', type: 'text', nullable: false, default: 'current_timestamp' },
        ],
        constraints: [{ name: '', type: 'primary key', columns: ['id'] }],
        indexes: [
          { name: 'user_email_unique', unique: true, keys: [{ column: 'email' }] },
          { name: 'user_username_unique', unique: true, keys: [{ column: 'username' }] },
        ],
      },
    }),
  ],
})

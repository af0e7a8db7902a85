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
          { name: 'id', type: 'int', nullable: false, identity: { kind: 'auto increment' } },
          { name: 'name', type: 'varchar(200)', nullable: false },
          { name: 'phone', type: 'varchar(30)', nullable: false },
          { name: 'company', type: 'varchar(200)', nullable: true },
          { name: 'user_type', type: 'varchar(30)', nullable: false, default: "'visitor'" },
        ],
        constraints: [{ name: 'PRIMARY', type: 'primary key', columns: ['id'] }],
        indexes: [{ name: 'gate_users_phone_unique', unique: true, keys: [{ column: 'phone' }] }],
      },
    }),
    op.ensureTable({
      table: {
        name: 'gate_entry_logs',
        columns: [
          { name: 'id', type: 'int', nullable: false, identity: { kind: 'auto increment' } },
          { name: 'gate_user_id', type: 'int', nullable: false },
          { name: 'entry_time', type: 'datetime', nullable: false, default: 'current_timestamp()' },
          { name: 'purpose', type: 'varchar(200)', nullable: true },
        ],
        constraints: [
          { name: 'PRIMARY', type: 'primary key', columns: ['id'] },
          {
            name: 'gate_entry_logs_gate_user_id_gate_users_id_fk',
            type: 'foreign key',
            columns: ['gate_user_id'],
            references: { table: 'gate_users', columns: ['id'] },
          },
        ],
        indexes: [{ name: 'gate_entry_logs_by_user', unique: false, keys: [{ column: 'gate_user_id' }] }],
      },
    }),
    op.ensureTable({
      table: {
        name: 'going_out_logs',
        columns: [
          { name: 'id', type: 'int', nullable: false, identity: { kind: 'auto increment' } },
          { name: 'gate_user_id', type: 'int', nullable: false },
          { name: 'out_time', type: 'datetime', nullable: false, default: 'current_timestamp()' },
          { name: 'back_time', type: 'datetime', nullable: true },
          { name: 'reason', type: 'varchar(200)', nullable: true },
        ],
        constraints: [
          { name: 'PRIMARY', type: 'primary key', columns: ['id'] },
          {
            name: 'going_out_logs_gate_user_id_gate_users_id_fk',
            type: 'foreign key',
            columns: ['gate_user_id'],
            references: { table: 'gate_users', columns: ['id'] },
          },
        ],
        indexes: [{ name: 'going_out_logs_by_user', unique: false, keys: [{ column: 'gate_user_id' }] }],
      },
    }),
    op.ensureTable({
      table: {
        name: 'purchase_order',
        columns: [
          { name: 'id', type: 'int', nullable: false, identity: { kind: 'auto increment' } },
          { name: 'po_number', type: 'varchar(50)', nullable: false },
          { name: 'supplier_name', type: 'varchar(200)', nullable: false },
          { name: 'total_amount', type: 'decimal(12,2)', nullable: false, default: '0.00' },
          { name: 'status', type: 'varchar(30)', nullable: false, default: "'draft'" },
          { name: 'created_at', type: 'datetime', nullable: false, default: 'current_timestamp()' },
        ],
        constraints: [{ name: 'PRIMARY', type: 'primary key', columns: ['id'] }],
        indexes: [{ name: 'purchase_order_po_number_unique', unique: true, keys: [{ column: 'po_number' }] }],
      },
    }),
    op.ensureTable({
      table: {
        name: 'user',
        columns: [
          { name: 'id', type: 'int', nullable: false, identity: { kind: 'auto increment' } },
          { name: 'username', type: 'varchar(80)', nullable: false },
          { name: 'email', type: 'varchar(120)', nullable: true },
          { name: 'password_hash', type: 'varchar(255)', nullable: false },
          { name: 'role', type: 'varchar(30)', nullable: false, default: "'user'" },
          { name: 'is_active', type: 'tinyint(1)', nullable: false, default: '1' },
          { name: 'created_at', type: 'datetime', nullable: false, default: 'current_timestamp()' },
        ],
        constraints: [{ name: 'PRIMARY', type: 'primary key', columns: ['id'] }],
        indexes: [
          { name: 'user_email_unique', unique: true, keys: [{ column: 'email' }] },
          { name: 'user_username_unique', unique: true, keys: [{ column: 'username' }] },
        ],
      },
    }),
  ],
})

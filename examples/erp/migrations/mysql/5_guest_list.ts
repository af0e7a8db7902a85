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
          { name: 'id', type: 'int', nullable: false, identity: { kind: 'auto increment' } },
          { name: 'guest_name', type: 'varchar(200)', nullable: false },
          { name: 'phone', type: 'varchar(30)', nullable: true },
          { name: 'company', type: 'varchar(200)', nullable: true },
          { name: 'purpose', type: 'varchar(200)', nullable: true },
          { name: 'host_name', type: 'varchar(200)', nullable: false },
          { name: 'expected_at', type: 'datetime', nullable: false },
          { name: 'arrived_at', type: 'datetime', nullable: true },
          { name: 'status', type: 'varchar(20)', nullable: false, default: "'expected'" },
          { name: 'created_at', type: 'datetime', nullable: false, default: 'current_timestamp()' },
        ],
        constraints: [{ name: 'PRIMARY', type: 'primary key', columns: ['id'] }],
        indexes: [{ name: 'guest_list_by_day', unique: false, keys: [{ column: 'expected_at' }] }],
      },
    }),
  ],
})

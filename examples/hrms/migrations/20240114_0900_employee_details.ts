import { op, revision } from 'godwit'

export default revision({
  id: '163ba40fb1f1',
  parents: ['609d9f7679a2'],
  message: 'employee details',
  operations: [
    op.ensureTable({
      table: {
        name: 'employee_details',
        columns: [
          { name: 'id', type: 'integer', nullable: false, identity: { kind: 'serial' } },
          { name: 'user_id', type: 'integer', nullable: false },
          { name: 'date_of_birth', type: 'date', nullable: true },
          { name: 'phone', type: 'character varying(30)', nullable: true },
          { name: 'personal_email', type: 'character varying(255)', nullable: true },
          { name: 'address', type: 'text', nullable: true },
          { name: 'bank_account', type: 'character varying(50)', nullable: true },
          { name: 'emergency_name', type: 'character varying(255)', nullable: true },
          { name: 'emergency_phone', type: 'character varying(30)', nullable: true },
          { name: 'created_at', type: 'timestamp with time zone', nullable: false, default: 'now()' },
          { name: 'updated_at', type: 'timestamp with time zone', nullable: false, default: 'now()' },
        ],
        constraints: [
          { name: 'employee_details_pkey', type: 'primary key', columns: ['id'] },
          {
            name: 'employee_details_user_id_fkey',
            type: 'foreign key',
            columns: ['user_id'],
            references: { table: 'users', columns: ['id'], onDelete: 'cascade' },
          },
          { name: 'employee_details_user_id_key', type: 'unique', columns: ['user_id'] },
        ],
        indexes: [],
      },
    }),
  ],
})

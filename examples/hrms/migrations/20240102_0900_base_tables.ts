import { op, revision } from 'godwit'

export default revision({
  id: '873cc1bb43c8',
  parents: [],
  message: 'base tables',
  operations: [
    op.ensureObject({
      object: { type: 'enum', name: 'leave_status', values: ['pending', 'approved', 'rejected', 'cancelled'] },
    }),
    op.ensureObject({ object: { type: 'enum', name: 'leave_type', values: ['annual', 'sick', 'unpaid', 'parental'] } }),
    op.ensureObject({ object: { type: 'enum', name: 'user_role', values: ['employee', 'manager', 'hr', 'admin'] } }),
    op.ensureTable({
      table: {
        name: 'holidays',
        columns: [
          { name: 'id', type: 'integer', nullable: false, identity: { kind: 'serial' } },
          { name: 'name', type: 'character varying(255)', nullable: false },
          { name: 'date', type: 'date', nullable: false },
          { name: 'created_at', type: 'timestamp with time zone', nullable: false, default: 'now()' },
        ],
        constraints: [
          { name: 'holidays_date_key', type: 'unique', columns: ['date'] },
          { name: 'holidays_pkey', type: 'primary key', columns: ['id'] },
        ],
        indexes: [],
      },
    }),
    op.ensureTable({
      table: {
        name: 'users',
        columns: [
          { name: 'id', type: 'integer', nullable: false, identity: { kind: 'serial' } },
          { name: 'email', type: 'character varying(255)', nullable: false },
          { name: 'password_hash', type: 'character varying(255)', nullable: false },
          { name: 'name', type: 'character varying(255)', nullable: false },
          { name: 'role', type: 'public.user_role', nullable: false, default: "'employee'::public.user_role" },
          { name: 'department', type: 'character varying(100)', nullable: true },
          { name: 'manager_id', type: 'integer', nullable: true },
          { name: 'is_active', type: 'boolean', nullable: false, default: 'true' },
          { name: 'created_at', type: 'timestamp with time zone', nullable: false, default: 'now()' },
        ],
        constraints: [
          { name: 'users_email_key', type: 'unique', columns: ['email'] },
          {
            name: 'users_manager_id_fkey',
            type: 'foreign key',
            columns: ['manager_id'],
            references: { table: 'users', columns: ['id'], onDelete: 'set null' },
          },
          { name: 'users_pkey', type: 'primary key', columns: ['id'] },
        ],
        indexes: [{ name: 'ix_users_department', unique: false, keys: [{ column: 'department' }] }],
      },
    }),
    op.ensureTable({
      table: {
        name: 'leaves',
        columns: [
          { name: 'id', type: 'integer', nullable: false, identity: { kind: 'serial' } },
          { name: 'user_id', type: 'integer', nullable: false },
          { name: 'type', type: 'public.leave_type', nullable: false, default: "'annual'::public.leave_type" },
          { name: 'start_date', type: 'date', nullable: false },
          { name: 'end_date', type: 'date', nullable: false },
          { name: 'total_days', type: 'integer', nullable: false },
          { name: 'reason', type: 'text', nullable: true },
          { name: 'status', type: 'public.leave_status', nullable: false, default: "'pending'::public.leave_status" },
          { name: 'approved_by', type: 'integer', nullable: true },
          { name: 'created_at', type: 'timestamp with time zone', nullable: false, default: 'now()' },
        ],
        constraints: [
          {
            name: 'leaves_approved_by_fkey',
            type: 'foreign key',
            columns: ['approved_by'],
            references: { table: 'users', columns: ['id'], onDelete: 'set null' },
          },
          {
            name: 'leaves_dates_check',
            type: 'check',
            columns: ['end_date', 'start_date'],
            expression: '(end_date >= start_date)',
          },
          { name: 'leaves_pkey', type: 'primary key', columns: ['id'] },
          {
            name: 'leaves_user_id_fkey',
            type: 'foreign key',
            columns: ['user_id'],
            references: { table: 'users', columns: ['id'], onDelete: 'cascade' },
          },
        ],
        indexes: [
          { name: 'ix_leaves_status', unique: false, keys: [{ column: 'status' }] },
          { name: 'ix_leaves_user_id', unique: false, keys: [{ column: 'user_id' }, { column: 'start_date' }] },
        ],
      },
    }),
  ],
})

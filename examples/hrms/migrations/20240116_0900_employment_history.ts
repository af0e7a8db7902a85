import { op, revision } from 'godwit'

export default revision({
  id: 'aababcd5e08f',
  parents: ['163ba40fb1f1'],
  message: 'employment history',
  operations: [
    op.ensureTable({
      table: {
        name: 'employment_history',
        columns: [
          { name: 'id', type: 'integer', nullable: false, identity: { kind: 'serial' } },
          { name: 'user_id', type: 'integer', nullable: false },
          { name: 'company', type: 'character varying(255)', nullable: false },
          { name: 'title', type: 'character varying(255)', nullable: false },
          { name: 'start_date', type: 'date', nullable: false },
          { name: 'end_date', type: 'date', nullable: true },
          { name: 'reason_for_leaving', type: 'text', nullable: true },
          { name: 'created_at', type: 'timestamp with time zone', nullable: false, default: 'now()' },
        ],
        constraints: [
          {
            name: 'employment_history_dates_check',
            type: 'check',
            columns: ['end_date', 'start_date'],
            expression: '(end_date >= start_date)',
          },
          { name: 'employment_history_pkey', type: 'primary key', columns: ['id'] },
          {
            name: 'employment_history_user_id_fkey',
            type: 'foreign key',
            columns: ['user_id'],
            references: { table: 'users', columns: ['id'], onDelete: 'cascade' },
          },
        ],
        indexes: [
          {
            name: 'ix_employment_history_user_id',
            unique: false,
            keys: [{ column: 'user_id' }, { column: 'start_date' }],
          },
        ],
      },
    }),
  ],
})

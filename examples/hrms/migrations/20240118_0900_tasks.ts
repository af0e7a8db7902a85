import { op, revision } from 'godwit'

export default revision({
  id: '80fe78dc1526',
  parents: ['aababcd5e08f'],
  message: 'tasks',
  operations: [
    op.ensureObject({ object: { type: 'enum', name: 'task_priority', values: ['low', 'normal', 'high'] } }),
    op.ensureObject({ object: { type: 'enum', name: 'task_status', values: ['open', 'in_progress', 'done'] } }),
    op.ensureTable({
      table: {
        name: 'tasks',
        columns: [
          { name: 'id', type: 'integer', nullable: false, identity: { kind: 'serial' } },
          { name: 'title', type: 'character varying(255)', nullable: false },
          { name: 'description', type: 'text', nullable: true },
          { name: 'assigned_to', type: 'integer', nullable: false },
          { name: 'created_by', type: 'integer', nullable: true },
          { name: 'status', type: 'public.task_status', nullable: false, default: "'open'::public.task_status" },
          {
            name: 'priority',
            type: 'public.task_priority',
            nullable: false,
            default: "'normal'::public.task_priority",
          },
          { name: 'due_date', type: 'date', nullable: true },
          { name: 'completed_at', type: 'timestamp with time zone', nullable: true },
          { name: 'created_at', type: 'timestamp with time zone', nullable: false, default: 'now()' },
        ],
        constraints: [
          {
            name: 'tasks_assigned_to_fkey',
            type: 'foreign key',
            columns: ['assigned_to'],
            references: { table: 'users', columns: ['id'], onDelete: 'cascade' },
          },
          {
            name: 'tasks_created_by_fkey',
            type: 'foreign key',
            columns: ['created_by'],
            references: { table: 'users', columns: ['id'], onDelete: 'set null' },
          },
          { name: 'tasks_pkey', type: 'primary key', columns: ['id'] },
        ],
        indexes: [
          { name: 'ix_tasks_assigned_to', unique: false, keys: [{ column: 'assigned_to' }, { column: 'status' }] },
          {
            name: 'ix_tasks_due_date',
            unique: false,
            keys: [{ column: 'due_date' }],
            where: "(status <> 'done'::public.task_status)",
          },
        ],
      },
    }),
  ],
})

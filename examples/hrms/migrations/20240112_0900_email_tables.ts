import { op, revision } from 'godwit'

export default revision({
  id: '609d9f7679a2',
  parents: ['8fc85a6fc333'],
  message: 'email tables',
  operations: [
    op.ensureObject({ object: { type: 'enum', name: 'email_status', values: ['queued', 'sent', 'failed'] } }),
    op.ensureTable({
      table: {
        name: 'email_settings',
        columns: [
          { name: 'id', type: 'integer', nullable: false, identity: { kind: 'serial' } },
          { name: 'smtp_host', type: 'character varying(255)', nullable: false },
          { name: 'smtp_port', type: 'integer', nullable: false, default: '587' },
          { name: 'username', type: 'character varying(255)', nullable: true },
          { name: 'password_encrypted', type: 'text', nullable: true },
          { name: 'use_tls', type: 'boolean', nullable: false, default: 'true' },
          { name: 'from_address', type: 'character varying(255)', nullable: false },
          { name: 'is_active', type: 'boolean', nullable: false, default: 'true' },
          { name: 'updated_at', type: 'timestamp with time zone', nullable: false, default: 'now()' },
        ],
        constraints: [{ name: 'email_settings_pkey', type: 'primary key', columns: ['id'] }],
        indexes: [],
      },
    }),
    op.ensureTable({
      table: {
        name: 'email_templates',
        columns: [
          { name: 'id', type: 'integer', nullable: false, identity: { kind: 'serial' } },
          { name: 'name', type: 'character varying(100)', nullable: false },
          { name: 'subject', type: 'character varying(255)', nullable: false },
          { name: 'body', type: 'text', nullable: false },
          { name: 'created_at', type: 'timestamp with time zone', nullable: false, default: 'now()' },
          { name: 'updated_at', type: 'timestamp with time zone', nullable: false, default: 'now()' },
        ],
        constraints: [
          { name: 'email_templates_name_key', type: 'unique', columns: ['name'] },
          { name: 'email_templates_pkey', type: 'primary key', columns: ['id'] },
        ],
        indexes: [],
      },
    }),
    op.ensureTable({
      table: {
        name: 'email_logs',
        columns: [
          { name: 'id', type: 'integer', nullable: false, identity: { kind: 'serial' } },
          { name: 'template_id', type: 'integer', nullable: true },
          { name: 'user_id', type: 'integer', nullable: true },
          { name: 'recipient', type: 'character varying(255)', nullable: false },
          { name: 'subject', type: 'character varying(255)', nullable: false },
          { name: 'status', type: 'public.email_status', nullable: false, default: "'queued'::public.email_status" },
          { name: 'error', type: 'text', nullable: true },
          { name: 'sent_at', type: 'timestamp with time zone', nullable: true },
          { name: 'created_at', type: 'timestamp with time zone', nullable: false, default: 'now()' },
        ],
        constraints: [
          { name: 'email_logs_pkey', type: 'primary key', columns: ['id'] },
          {
            name: 'email_logs_template_id_fkey',
            type: 'foreign key',
            columns: ['template_id'],
            references: { table: 'email_templates', columns: ['id'], onDelete: 'set null' },
          },
          {
            name: 'email_logs_user_id_fkey',
            type: 'foreign key',
            columns: ['user_id'],
            references: { table: 'users', columns: ['id'], onDelete: 'set null' },
          },
        ],
        indexes: [
          { name: 'ix_email_logs_status', unique: false, keys: [{ column: 'status' }, { column: 'created_at' }] },
          { name: 'ix_email_logs_user_id', unique: false, keys: [{ column: 'user_id' }] },
        ],
      },
    }),
  ],
})

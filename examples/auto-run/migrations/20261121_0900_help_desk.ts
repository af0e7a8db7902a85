import { op, revision } from 'godwit'

export default revision({
  id: '0d551527fb63',
  parents: [],
  message: 'help desk',
  operations: [
    op.createTable({
      table: {
        name: 'categories',
        columns: [
          { name: 'id', type: 'integer', nullable: false, identity: { kind: 'always' } },
          { name: 'name', type: 'character varying(80)', nullable: false },
          { name: 'response_hours', type: 'integer', nullable: false, default: '24' },
        ],
        constraints: [
          { name: 'categories_name_unique', type: 'unique', columns: ['name'] },
          { name: 'categories_pkey', type: 'primary key', columns: ['id'] },
        ],
        indexes: [],
      },
    }),
    op.createTable({
      table: {
        name: 'departments',
        columns: [
          { name: 'id', type: 'integer', nullable: false, identity: { kind: 'always' } },
          { name: 'name', type: 'character varying(80)', nullable: false },
        ],
        constraints: [
          { name: 'departments_name_unique', type: 'unique', columns: ['name'] },
          { name: 'departments_pkey', type: 'primary key', columns: ['id'] },
        ],
        indexes: [],
      },
    }),
    op.createTable({
      table: {
        name: 'settings',
        columns: [
          { name: 'name', type: 'character varying(80)', nullable: false },
          { name: 'value', type: 'text', nullable: false },
        ],
        constraints: [{ name: 'settings_pkey', type: 'primary key', columns: ['name'] }],
        indexes: [],
      },
    }),
    op.createTable({
      table: {
        name: 'users',
        columns: [
          { name: 'id', type: 'integer', nullable: false, identity: { kind: 'always' } },
          { name: 'username', type: 'character varying(60)', nullable: false },
          { name: 'name', type: 'character varying(120)', nullable: false },
          { name: 'role', type: 'character varying(20)', nullable: false, default: "'agent'::character varying" },
          { name: 'password_hash', type: 'text', nullable: false },
          { name: 'is_active', type: 'boolean', nullable: false, default: 'true' },
          { name: 'created_at', type: 'timestamp with time zone', nullable: false, default: 'now()' },
        ],
        constraints: [
          { name: 'users_pkey', type: 'primary key', columns: ['id'] },
          { name: 'users_username_unique', type: 'unique', columns: ['username'] },
        ],
        indexes: [],
      },
    }),
    op.createTable({
      table: {
        name: 'tickets',
        columns: [
          { name: 'id', type: 'integer', nullable: false, identity: { kind: 'always' } },
          { name: 'subject', type: 'character varying(200)', nullable: false },
          { name: 'status', type: 'character varying(20)', nullable: false, default: "'open'::character varying" },
          { name: 'category_id', type: 'integer', nullable: false },
          { name: 'opened_by', type: 'integer', nullable: false },
          { name: 'created_at', type: 'timestamp with time zone', nullable: false, default: 'now()' },
        ],
        constraints: [
          {
            name: 'tickets_category_id_categories_id_fk',
            type: 'foreign key',
            columns: ['category_id'],
            references: { table: 'categories', columns: ['id'] },
          },
          {
            name: 'tickets_opened_by_users_id_fk',
            type: 'foreign key',
            columns: ['opened_by'],
            references: { table: 'users', columns: ['id'] },
          },
          { name: 'tickets_pkey', type: 'primary key', columns: ['id'] },
        ],
        indexes: [{ name: 'tickets_status', unique: false, keys: [{ column: 'status' }] }],
      },
    }),
  ],
})

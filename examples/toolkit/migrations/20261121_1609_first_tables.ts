import { op, revision } from 'godwit'

export default revision({
  id: '6ddf1e697a5c',
  parents: [],
  message: 'first tables',
  operations: [
    op.createTable({
      table: {
        name: 'users',
        columns: [
          { name: 'id', type: 'integer', nullable: false, identity: { kind: 'serial' } },
          { name: 'username', type: 'character varying(50)', nullable: false },
          { name: 'email', type: 'character varying(255)', nullable: false },
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
        name: 'posts',
        columns: [
          { name: 'id', type: 'integer', nullable: false, identity: { kind: 'serial' } },
          { name: 'user_id', type: 'integer', nullable: false },
          { name: 'title', type: 'character varying(200)', nullable: false },
          { name: 'body', type: 'text', nullable: false, default: "''::text" },
        ],
        constraints: [
          { name: 'posts_pkey', type: 'primary key', columns: ['id'] },
          {
            name: 'posts_user_id_users_id_fk',
            type: 'foreign key',
            columns: ['user_id'],
            references: { table: 'users', columns: ['id'], onDelete: 'cascade' },
          },
        ],
        indexes: [],
      },
    }),
  ],
})

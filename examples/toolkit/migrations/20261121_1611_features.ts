import { op, revision } from 'godwit'

export default revision({
  id: '94d8405792a7',
  parents: ['565d9855814e'],
  message: 'features',
  operations: [
    op.createTable({
      table: {
        name: 'features',
        columns: [
          { name: 'name', type: 'character varying(50)', nullable: false },
          { name: 'enabled', type: 'boolean', nullable: false, default: 'false' },
        ],
        constraints: [{ name: 'features_pkey', type: 'primary key', columns: ['name'] }],
        indexes: [],
      },
    }),
    // Other rows for other environments, and the same schema everywhere: what differs in structure would be drift.
    op.run({
      async up(database) {
        const production = (process.env.GODWIT_ENV ?? process.env.NODE_ENV) === 'production'
        const insert = 'insert into features (name, enabled) values ($1, $2)'
        await database.query(insert, ['comments', true])
        await database.query(insert, ['debug_bar', !production])
      },
      down: () => {},
    }),
  ],
})

import { op, revision } from 'godwit'

export default revision({
  id: '565d9855814e',
  parents: ['6ddf1e697a5c'],
  message: 'user avatar',
  operations: [
    op.addColumn({ table: 'users', column: { name: 'avatar_url', type: 'character varying(255)', nullable: true } }),
    // The data migration, by hand: in the same transaction as the column. There is nothing to take back, the column goes.
    op.sql({ up: "update users set avatar_url = '/default-avatar.png' where avatar_url is null", down: '' }),
  ],
})

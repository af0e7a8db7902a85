import { op, revision } from 'godwit'

export default revision({
  id: '7208eab825d5',
  parents: ['873cc1bb43c8'],
  message: 'user columns',
  operations: [
    op.ensureColumn({
      table: 'users',
      column: { name: 'designation', type: 'character varying(255)', nullable: true },
    }),
    op.ensureColumn({ table: 'users', column: { name: 'joining_date', type: 'date', nullable: true } }),
    op.ensureColumn({
      table: 'users',
      column: { name: 'wifi_user_id', type: 'character varying(100)', nullable: true },
    }),
    op.ensureIndex({
      table: 'users',
      index: { name: 'ix_users_wifi_user_id', unique: false, keys: [{ column: 'wifi_user_id' }] },
    }),
  ],
})

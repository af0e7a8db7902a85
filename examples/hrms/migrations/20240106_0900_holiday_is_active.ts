import { op, revision } from 'godwit'

export default revision({
  id: 'f7f7f1ff7db4',
  parents: ['7208eab825d5'],
  message: 'holiday is_active',
  operations: [
    op.ensureColumn({
      table: 'holidays',
      column: { name: 'is_active', type: 'boolean', nullable: true, default: 'true' },
    }),
  ],
})

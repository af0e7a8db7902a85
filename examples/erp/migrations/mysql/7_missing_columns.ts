import { op, revision } from 'godwit'

export default revision({
  id: '7_missing_columns',
  parents: ['6_application'],
  message: 'columns that older databases lack',
  operations: [
    op.ensureColumn({
      table: 'purchase_order',
      column: { name: 'original_requirements', type: 'text', nullable: true },
    }),
  ],
})

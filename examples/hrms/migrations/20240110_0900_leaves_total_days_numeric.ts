import { op, revision } from 'godwit'

export default revision({
  id: '8fc85a6fc333',
  parents: ['f86c61881611'],
  message: 'leaves total_days numeric',
  operations: [
    op.ensureColumnType({
      table: 'leaves',
      column: 'total_days',
      type: 'numeric(4,1)',
      // Whole numbers as well as what people typed: '5', ' 1.5'.
      using: "nullif(trim(total_days::text), '')::numeric(4,1)",
    }),
  ],
})

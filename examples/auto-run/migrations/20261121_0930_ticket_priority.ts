import { op, revision } from 'godwit'

export default revision({
  id: 'aa9600b0567e',
  parents: ['0d551527fb63'],
  message: 'ticket priority',
  operations: [
    op.addColumn({ table: 'tickets', column: { name: 'priority', type: 'integer', nullable: false, default: '3' } }),
  ],
})

import { revision } from 'godwit'

export default revision({
  id: '8_whole_system',
  parents: ['1_sales', '2_hr', '4_fleet', '5_guest_list', '7_missing_columns'],
  message: 'the whole system',
  operations: [],
})

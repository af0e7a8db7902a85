// Where all modules begin: a branch each, so that one that fails does not hold up the others.
import { revision } from 'godwit'

export default revision({
  id: 'erp',
  parents: [],
  message: 'the beginning',
  operations: [],
})

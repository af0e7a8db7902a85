// Step 4: the administrator. In production ADMIN_PASSWORD has to say the password, and a known or short one is refused.
import { adminUser, seed } from 'godwit'

const admin = adminUser({
  table: 'user',
  row: { username: 'admin', email: 'admin@example.org', role: 'admin' },
  developmentPassword: 'admin123',
})

// `check` is asked before the revisions are applied: a start that would be refused here does not begin.
export default seed({
  check: (database) => admin.check({ ...database, log: () => {} }),
  run: (database) => admin.run({ ...database, log: () => {} }),
})

// Step 4: the administrator. In production ADMIN_PASSWORD has to say the password, and a known or short one is refused.
import { adminUser, seed } from 'godwit'

const admin = adminUser({
  table: 'user',
  row: { username: 'admin', email: 'admin@example.org', role: 'admin' },
  developmentPassword: 'admin123',
})

export default seed({ run: (database) => admin.run({ ...database, log: () => {} }) })

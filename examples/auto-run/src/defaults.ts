// What the application needs to find: its default users and its master data. Both are steps of the start, and idempotent.
import { adminUser, type Step, type StepDatabase } from 'godwit'

const DEPARTMENTS = ['Accounting', 'Development', 'Human resources', 'Sales']
const CATEGORIES = { 'Cannot log in': 4, Hardware: 24, Software: 24, 'Something else': 72 }
const SETTINGS = { company: 'Example Ltd.', language: 'en', tickets_per_page: '25' }

const USERS = [
  {
    row: { username: 'admin', name: 'Administrator', role: 'admin' },
    variable: 'ADMIN_PASSWORD',
    developmentPassword: 'admin-for-development',
  },
  {
    row: { username: 'support', name: 'First-line support', role: 'agent' },
    variable: 'SUPPORT_PASSWORD',
    developmentPassword: 'support-for-development',
  },
]

const isAlone = ({ environment }: StepDatabase): boolean => environment === 'development' || environment === 'test'

/** The users that every installation begins with. Their passwords come from the environment, and are never shown. */
export const defaultUsers: Step = {
  name: 'Default users',
  // Before the migrations: a start without the administrator's password does not begin.
  async check(database) {
    if (!isAlone(database)) await administrator.check(database)
  },
  async run(database) {
    let created = 0
    for (const user of USERS) {
      const known = (): Promise<boolean> => database.exists('users', { username: user.row.username })
      if (await known()) continue
      const { developmentPassword, ...real } = user
      // Passwords that stand in a file are for those who are alone with the program.
      const alone = isAlone(database)
      // Elsewhere only the administrator has to be; the others are made where they have a password.
      if (!alone && user.row.role !== 'admin' && !process.env[user.variable]) continue
      await adminUser(alone ? { ...real, developmentPassword } : real).run({ ...database, log: () => {} })
      created++
    }
    if (created > 0) database.log('✅ Default users created successfully!')
  },
}

/** The administrator, as it is made where one program serves many: with a password that somebody has set. */
const administrator = adminUser({ row: { username: 'admin' }, variable: 'ADMIN_PASSWORD' })

/** Rows that forms choose from. What an administrator has added is left alone; what is missing comes back. */
export const masterData: Step = {
  name: 'Default master data',
  async run(database) {
    const created = [
      ...(await Promise.all(DEPARTMENTS.map((name) => database.ensure('departments', { name }, ['name'])))),
      ...(await ensured(database, 'categories', CATEGORIES, (name, response_hours) => ({ name, response_hours }))),
      ...(await ensured(database, 'settings', SETTINGS, (name, value) => ({ name, value }))),
    ]
    if (created.includes(true)) database.log('✅ Default master data created successfully!')
  },
}

async function ensured<Value>(
  database: StepDatabase,
  table: string,
  entries: Record<string, Value>,
  row: (name: string, value: Value) => Record<string, string | number>,
): Promise<boolean[]> {
  const created: boolean[] = []
  for (const [name, value] of Object.entries(entries)) {
    created.push(await database.ensure(table, row(name, value), ['name']))
  }
  return created
}

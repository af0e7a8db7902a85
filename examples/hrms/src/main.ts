// The program: the database is brought to the head of the revisions, then it listens.
import { adminUser, startup } from 'godwit'
import { openDatabase } from './database.ts'
import { serve } from './http.ts'

const { AUTO_MIGRATE_ON_STARTUP, PORT = '3000' } = process.env

// Its log says what failed, why, and what to do; the database is as the last complete revision left it.
await startup({
  // Without a word from the environment this program migrates: it is its own deployment.
  ...(!AUTO_MIGRATE_ON_STARTUP && { policy: 'migrate' as const }),
  steps: [
    adminUser({
      row: { email: 'admin@example.org', name: 'Administrator', role: 'admin' },
      developmentPassword: 'admin-for-development',
    }),
    'seeds',
  ],
}).catch(() => process.exit(1))

const database = await openDatabase()
const server = await serve(database, Number(PORT))
console.log(`HRMS is ready on http://localhost:${server.port}`)

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, async () => {
    await server.close()
    await database.close()
  })
}

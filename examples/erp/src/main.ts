// The program: prepare the database, then listen.
import type { AddressInfo } from 'node:net'
import { godwit, isGodwitError } from 'godwit'
import { initializeDatabase } from './database.ts'
import { createApp } from './server.ts'

try {
  const missing = await initializeDatabase()
  const migrations = await godwit()
  const server = createApp(migrations, missing)
  server.listen(Number(process.env.PORT ?? 5000), () => {
    console.log(`🚀 Server running on http://localhost:${(server.address() as AddressInfo).port}`)
  })
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      server.close(() => void migrations.close())
      server.closeAllConnections()
    })
  }
} catch (error) {
  // What went wrong, and what to do, was logged already.
  if (!isGodwitError(error)) throw error
  process.exitCode = 1
}

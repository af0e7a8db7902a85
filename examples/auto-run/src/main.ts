// The program: the database is made ready as the environment says, then requests are answered.
import { setTimeout as sleep } from 'node:timers/promises'
import { isGodwitError, type StartupReport, startup } from 'godwit'
import { type Database, openDatabase } from './database.ts'
import { defaultUsers, masterData } from './defaults.ts'
import { listen } from './server.ts'

const steps = [defaultUsers, masterData]

// The name that the switch had in the original; deployments may still set it.
if (process.env.FLASK_SKIP_DB_INIT) process.env.SKIP_DB_INIT ??= process.env.FLASK_SKIP_DB_INIT

// AUTO_MIGRATE_ON_STARTUP and SKIP_DB_INIT decide. A failure has been logged; a program that cannot work does not listen.
let report: StartupReport = await startup({ steps }).catch((error: unknown) => {
  if (!isGodwitError(error)) throw error
  process.exit(error.exitCode)
})

const server = await listen(Number(process.env.PORT || 3000), () => ({
  status: report.status,
  pending: report.pending,
}))
let database: Database | undefined
const stopped = new AbortController()
const { signal } = stopped

for (const name of ['SIGTERM', 'SIGINT'] as const) {
  process.once(name, async () => {
    stopped.abort()
    console.log(`${name}: finishing what is under way`)
    await server.close()
    await database?.close()
    console.log('Goodbye')
  })
}

console.log(`Listening on http://localhost:${server.port}`)
if (report.status === 'pending') console.log('Waiting for `godwit upgrade`: answering 503 until then')
await ready()
if (!signal.aborted) {
  database = await openDatabase()
  server.open(database)
  console.log(`Ready on http://localhost:${server.port}`)
}

/** Where somebody else is to migrate: looks again, one query at a time, until it has been done. */
async function ready(): Promise<void> {
  const silent = { info: () => {}, warn: () => {}, error: (line: string) => console.error(line) }
  while (report.status === 'pending' && !signal.aborted) {
    await sleep(2_000, undefined, { signal }).catch(() => undefined)
    if (signal.aborted) return
    // What failed is said in the log, and looked at again: the server goes on saying that it is not ready.
    report = await startup({ steps, logger: silent, once: false, signals: false, signal }).catch((error: unknown) => {
      if (isGodwitError(error)) return report
      throw error
    })
    if (report.status === 'current') console.log('✅ Database tables exist - somebody has run the migrations')
  }
}

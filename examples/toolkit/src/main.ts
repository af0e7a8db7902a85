// The server: the database is brought to the head of the revisions, then it listens.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { startup } from 'godwit'
import { respond } from './app.ts'
import { openDatabase } from './database.ts'

const { AUTO_MIGRATE_ON_STARTUP, ON_FAILURE, PORT = '3000' } = process.env

await startup({
  // Without a word from the environment this program migrates: it is its own deployment.
  ...(!AUTO_MIGRATE_ON_STARTUP && { policy: 'migrate' as const }),
  // `create-tables`: the fallback of the original, where the database is empty; `serve`: start in any case, and say so.
  ...((ON_FAILURE === 'create-tables' || ON_FAILURE === 'serve') && { onFailure: ON_FAILURE }),
})

const database = await openDatabase()
const server = createServer((request, response) => {
  respond(database, { method: request.method ?? 'GET', url: request.url ?? '/' }).then(
    async (answer) => {
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text())
    },
    (error: unknown) => {
      console.error(error)
      response.writeHead(500, { 'content-type': 'application/json' }).end('{"error":"The log says why."}')
    },
  )
})
server.listen(Number(PORT), () => console.log(`Ready on http://localhost:${(server.address() as AddressInfo).port}`))

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    server.close(() => void database.close())
    server.closeAllConnections()
  })
}

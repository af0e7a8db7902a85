// The function: for Vercel as it is (`export default`), for Lambda behind its web adapter. Revisions and seeds are in the module
// that `npm run bundle` writes, so that a cold start reads no file; with nothing to do it costs one round trip.
import { startup } from 'godwit'
import { respond } from './app.ts'
import { type Database, databaseUrl, openDatabase } from './database.ts'
import bundle from './migrations.bundle.ts'

let opened: Promise<Database> | undefined

export default async function handler(request: Request): Promise<Response> {
  // Done once for each instance of the function; after a failure the next request tries again.
  await startup({ bundle, config: { url: databaseUrl() }, policy: 'migrate', lockWait: 10 })
  opened ??= openDatabase({ max: 1 })
  return respond(await opened, request)
}

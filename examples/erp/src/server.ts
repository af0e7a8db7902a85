// The HTTP face: it is opened when the database is ready.
import { createServer, type Server } from 'node:http'
import type { Godwit } from 'godwit'
import type { Missing } from './database.ts'
import { modules } from './modules.ts'

type Answer = [status: number, body: unknown]

/**
 * `/health`: ready, or degraded with what is missing; `/status`: all tables with their rows; `/modules/<name>`: one module's tables, or
 * 503 with the reason where it is missing.
 */
export function createApp(migrations: Godwit, missing: Missing): Server {
  const tables = async (): Promise<Record<string, string>> =>
    Object.fromEntries((await migrations.status()).tables.map(({ name, rows }) => [name, String(rows)]))

  async function answer(path: string): Promise<Answer> {
    if (path === '/health')
      return [200, { database: missing.size === 0 ? 'ready' : 'degraded', missing: [...missing.keys()] }]
    if (path === '/status') return [200, await tables()]
    const name = /^\/modules\/([\w-]+)$/.exec(path)?.[1] ?? ''
    const module = Object.hasOwn(modules, name) ? modules[name] : undefined
    if (module === undefined) return [404, { error: 'There is nothing here. Try /health, /status or /modules/sales.' }]
    const reason = missing.get(module.revision)
    if (reason !== undefined) return [503, { module: name, error: reason }]
    const all = await tables()
    return [200, { module: name, tables: Object.fromEntries(module.tables.map((table) => [table, all[table]])) }]
  }

  return createServer(async (request, response) => {
    const [status, body] = await answer(new URL(request.url ?? '/', 'http://host').pathname).catch((error): Answer => {
      console.error(error)
      return [500, { error: 'The database does not answer.' }]
    })
    response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`)
  })
}

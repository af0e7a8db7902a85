// The HTTP server: it says that it is not ready while the database is not, and finishes what it has begun before it ends.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { asc, count, eq } from 'drizzle-orm'
import { verifyPassword } from 'godwit'
import type { Database } from './database.ts'
import { categories, departments, settings, tickets, users } from './models.ts'

interface Answer {
  status: number
  body: unknown
}

/** A server that listens. `open` lets requests through to the database; until then it answers 503. */
export interface Server {
  port: number
  open(database: Database): void
  close(): Promise<void>
}

/** What the server says while it is not open: why, for whoever looks at it. */
export type Waiting = () => { status: string; pending: readonly string[] }

/** Listens; port 0 takes a free one. */
export async function listen(port: number, waiting: Waiting): Promise<Server> {
  let database: Database | undefined
  const server = createServer((request, response) => {
    const answer = database === undefined ? notReady(waiting) : route(database, request)
    Promise.resolve(answer).then(
      ({ status, body }) => send(response, status, body),
      (error: unknown) => {
        console.error(error)
        send(response, 500, { error: 'That did not work; the log says why.' })
      },
    )
  })
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, resolve))
  return {
    port: (server.address() as AddressInfo).port,
    open: (opened) => {
      database = opened
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        // Connections that are only kept alive would hold it up for long.
        server.closeIdleConnections()
      }),
  }
}

const notReady = (waiting: Waiting): Answer => ({ status: 503, body: waiting() })

async function route({ db }: Database, request: IncomingMessage): Promise<Answer> {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost')
  const shown = { id: users.id, username: users.username, name: users.name, role: users.role }
  switch (`${request.method} ${pathname}`) {
    // Where the line at the start points to.
    case 'GET /':
    case 'GET /health': {
      const [found] = await db.select({ users: count() }).from(users)
      return { status: 200, body: { status: 'ready', users: found?.users ?? 0 } }
    }
    case 'GET /users':
      return { status: 200, body: await db.select(shown).from(users).orderBy(asc(users.id)) }
    case 'GET /master-data':
      return {
        status: 200,
        body: {
          departments: (await db.select().from(departments).orderBy(asc(departments.name))).map(({ name }) => name),
          categories: await db.select().from(categories).orderBy(asc(categories.id)),
          settings: Object.fromEntries((await db.select().from(settings)).map(({ name, value }) => [name, value])),
        },
      }
    case 'GET /tickets':
      return { status: 200, body: await db.select().from(tickets).orderBy(asc(tickets.id)) }
    case 'POST /login': {
      const { username, password } = await bodyOf(request)
      const [user] = await db
        .select()
        .from(users)
        .where(eq(users.username, username ?? ''))
      const right = user?.is_active === true && (await verifyPassword(password ?? '', user.password_hash))
      return right ? { status: 200, body: { role: user.role } } : { status: 401, body: { error: 'No.' } }
    }
    default:
      return { status: 404, body: { error: 'There is nothing here.' } }
  }
}

async function bodyOf(request: IncomingMessage): Promise<Record<string, string | undefined>> {
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) text += String(chunk)
  return JSON.parse(text || '{}') as Record<string, string | undefined>
}

function send(response: ServerResponse, status: number, body: unknown): void {
  // Whoever balances the load asks again soon.
  const headers = { 'content-type': 'application/json', ...(status === 503 && { 'retry-after': '2' }) }
  response.writeHead(status, headers).end(JSON.stringify(body))
}

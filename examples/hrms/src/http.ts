// A small HTTP interface on the models: enough to see that rows are what the models say.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { and, asc, count, eq } from 'drizzle-orm'
import type { Database } from './database.ts'
import { employeeDetails, employmentHistory, holidays, leaves, tasks, users } from './models.ts'

type Answer = { status?: number; body: unknown }
type Handler = (request: { parameters: string[]; body: Record<string, unknown> }) => Promise<Answer>

/** Listens; port 0 takes a free one. */
export async function serve({ db }: Database, port: number): Promise<{ port: number; close(): Promise<void> }> {
  const shown = { id: users.id, name: users.name, email: users.email, designation: users.designation }
  const routes: [method: string, path: RegExp, Handler][] = [
    [
      'GET',
      /^\/health$/,
      async () => ({ body: { users: (await db.select({ count: count() }).from(users))[0]?.count } }),
    ],
    ['GET', /^\/users$/, async () => ({ body: await db.select(shown).from(users).orderBy(asc(users.id)) })],
    [
      'GET',
      /^\/users\/(\d+)$/,
      async ({ parameters: [id] }) => {
        const userId = Number(id)
        const [user] = await db.select(shown).from(users).where(eq(users.id, userId))
        if (user === undefined) return { status: 404, body: { error: 'There is no such user.' } }
        const [details] = await db.select().from(employeeDetails).where(eq(employeeDetails.userId, userId))
        const history = await db.select().from(employmentHistory).where(eq(employmentHistory.userId, userId))
        const absent = await db.select().from(leaves).where(eq(leaves.userId, userId)).orderBy(asc(leaves.startDate))
        const open = await db
          .select()
          .from(tasks)
          .where(and(eq(tasks.assignedTo, userId), eq(tasks.status, 'open')))
        return { body: { ...user, details, history, leaves: absent, tasks: open } }
      },
    ],
    [
      'GET',
      /^\/holidays$/,
      async () => ({ body: await db.select().from(holidays).where(eq(holidays.isActive, true)) }),
    ],
    [
      'POST',
      /^\/leaves$/,
      async ({ body }) => {
        const { userId, startDate, endDate, totalDays } = body
        const [leave] = await db
          .insert(leaves)
          .values({
            userId: Number(userId),
            startDate: String(startDate),
            endDate: String(endDate),
            totalDays: Number(totalDays),
          })
          .returning()
        return { status: 201, body: leave }
      },
    ],
  ]

  const server = createServer((request, response) => {
    answer(routes, request).then(
      ({ status = 200, body }) => send(response, status, body),
      (error: unknown) => {
        console.error(error)
        send(response, 500, { error: 'That did not work; the log says why.' })
      },
    )
  })
  await new Promise<void>((resolve) => server.listen(port, resolve))
  return {
    port: (server.address() as AddressInfo).port,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

async function answer(routes: [string, RegExp, Handler][], request: IncomingMessage): Promise<Answer> {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost')
  for (const [method, path, handle] of routes) {
    const found = path.exec(pathname)
    if (found === null || request.method !== method) continue
    let text = ''
    for await (const chunk of request.setEncoding('utf8')) text += String(chunk)
    return handle({ parameters: found.slice(1), body: text === '' ? {} : JSON.parse(text) })
  }
  return { status: 404, body: { error: 'There is nothing here.' } }
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

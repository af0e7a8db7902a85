// What the application answers: the same for the server and for the function.
import { asc, eq } from 'drizzle-orm'
import type { Database } from './database.ts'
import { features, posts, users } from './models.ts'

/** One request, one answer. */
export async function respond({ db }: Database, { method, url }: Pick<Request, 'method' | 'url'>): Promise<Response> {
  const { pathname } = new URL(url, 'http://localhost')
  if (method !== 'GET') return Response.json({ error: 'Read only.' }, { status: 405 })
  if (pathname === '/users') return Response.json(await db.select().from(users).orderBy(asc(users.id)))
  if (pathname === '/posts') {
    const shown = { title: posts.title, by: users.username }
    return Response.json(await db.select(shown).from(posts).innerJoin(users, eq(users.id, posts.userId)))
  }
  if (pathname === '/features') return Response.json(await db.select().from(features).orderBy(asc(features.name)))
  return Response.json({ error: 'There is nothing here.' }, { status: 404 })
}

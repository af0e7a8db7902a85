// Roles that may do little, for as long as a test takes.
import { dialectOf } from '../../src/dialects/index.ts'
import { randomName } from './databases.ts'

/**
 * Works as a role without rights on this database; `read`: it may read what is there now. The role is dropped afterwards.
 */
export async function asStranger<Result>(
  url: string,
  { read = false }: { read?: boolean },
  work: (url: string) => Promise<Result>,
): Promise<Result> {
  const dialect = await dialectOf(url)
  await using admin = await dialect.connect(url)
  const role = randomName()
  const own = new URL(url)
  const mysql = dialect.name === 'mysql'
  own.username = role
  own.password = mysql ? role : ''
  const { database } = admin.location
  const [made, reads, dropped] = mysql
    ? [
        [`create user '${role}'@'%' identified by '${role}'`, `grant usage on *.* to '${role}'@'%'`],
        [`grant select on ${database}.* to '${role}'@'%'`],
        [`drop user '${role}'@'%'`],
      ]
    : [
        [`create role ${role} login`, 'revoke create on schema public from public'],
        [`grant select on all tables in schema public to ${role}`],
        [`drop owned by ${role}`, `drop role ${role}`],
      ]
  for (const sql of [...made, ...(read || mysql ? reads : [])]) await admin.execute(sql)
  try {
    return await work(own.href)
  } finally {
    for (const sql of dropped) await admin.execute(sql)
  }
}

// Schemas that nobody here wrote: read, made from nothing, read alike, and taken down again.
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { dialectNamed } from '../../src/dialects/index.ts'
import { diff } from '../../src/diff/index.ts'
import { describe as say } from '../../src/operations/index.ts'
import { emptySchema } from '../../src/schema/schema.ts'
import { mysqlAnswers, mysqlServer } from '../support/databases.ts'
import { filesOf, present, shared } from '../support/shared.ts'

describe.runIf(present && (await mysqlAnswers()))('on the server', () => {
  it.each(filesOf('data/mysql'))('%s goes there and back', async (file) => {
    const dialect = await dialectNamed('mysql')
    const { traits } = dialect
    await using shadow = await dialect.openShadow({ target: mysqlServer })
    const statements = (await dialect.split(readFileSync(shared('data/mysql', file), 'utf8'))).map(({ sql }) => sql)
    const wanted = await shadow.scratch(async (connection) => {
      await shadow.load(connection, statements)
      return dialect.inspect(connection)
    })
    await shadow.scratch(async (connection) => {
      const { version } = connection
      for (const { sql } of dialect.render(diff(emptySchema(), wanted, { traits }), { version }))
        await connection.execute(sql)
      const there = await dialect.inspect(connection)
      expect(diff(there, wanted, { traits }).map(say)).toEqual([])
      expect(there).toEqual(wanted)
      for (const { sql } of dialect.render(diff(there, emptySchema(), { traits }), { version }))
        await connection.execute(sql)
      expect(await dialect.inspect(connection)).toEqual(emptySchema())
    })
  })
})

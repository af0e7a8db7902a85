// Schemas of real projects: made from nothing, turned into one another, and taken down again, with nothing left to do.
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { emptySchema } from '../../src/schema/schema.ts'
import { memory, migrate, schemaOf } from '../dialects/sqlite-support.ts'
import { filesOf, present, shared } from '../support/shared.ts'

const files = filesOf('data/sqlite')

describe.runIf(present)('schemas of real projects', () => {
  const read = (file: string) => schemaOf(readFileSync(shared('data/sqlite', file), 'utf8'))

  test.for(files)('%s: there and back', async (file) => {
    const schema = await read(file)
    expect(schema.tables.length).toBeGreaterThan(5)
    await using connection = await memory()
    expect(await migrate(connection, schema)).toEqual([])
    expect(await migrate(connection, emptySchema())).toEqual([])
  })

  test('from each to each other', async () => {
    const schemas = await Promise.all(files.map(read))
    await using connection = await memory()
    for (const from of schemas) {
      for (const to of schemas) {
        expect(await migrate(connection, from)).toEqual([])
        expect(await migrate(connection, to)).toEqual([])
      }
    }
  })
})

// Schemas of real projects: made from nothing, turned into one another, and taken down again, with nothing left to do.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { emptySchema } from '../../src/schema/schema.ts'
import { memory, migrate, schemaOf } from './sqlite-support.ts'

const folder = resolve(import.meta.dirname, '../../../shared/data/sqlite')
const files = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith('.sql')) : []
if (files.length === 0) console.warn('skipped: the folder of real schemas is not there')

describe.skipIf(files.length === 0)('schemas of real projects', () => {
  const read = (file: string) => schemaOf(readFileSync(join(folder, file), 'utf8'))

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

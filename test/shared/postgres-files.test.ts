// Schemas that nobody here wrote are read alike from a server and from the embedded engine.
import { readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Shadow } from '../../src/dialects/dialect.ts'
import { dialect } from '../../src/dialects/postgres/index.ts'
import { comparable } from '../../src/schema/canonical.ts'
import type { Schema } from '../../src/schema/schema.ts'
import { sameness, withoutViewTexts } from '../dialects/postgres-support.ts'
import { postgresAnswers, postgresServer } from '../support/databases.ts'
import { filesOf, present, shared } from '../support/shared.ts'

describe.runIf(present && (await postgresAnswers()))('schemas of others', () => {
  let embedded: Shadow
  let remote: Shadow
  beforeAll(async () => {
    embedded = await dialect.openShadow({ cache: join(tmpdir(), 'godwit-test-cache') })
    remote = await dialect.openShadow({ url: postgresServer })
  })
  afterAll(async () => {
    await embedded?.close()
    await remote?.close()
  })

  it.each(filesOf('data/postgres'))('%s is the same on both', async (file) => {
    const statements = (await dialect.split(readFileSync(shared('data/postgres', file), 'utf8'))).map(({ sql }) => sql)
    const read = (shadow: Shadow): Promise<Schema> =>
      shadow.scratch(async (connection) => {
        await shadow.load(connection, statements)
        return dialect.inspect(connection)
      })
    const [ours, theirs] = [await read(embedded), await read(remote)]
    expect(comparable(withoutViewTexts(theirs), sameness)).toEqual(comparable(withoutViewTexts(ours), sameness))
  })
})

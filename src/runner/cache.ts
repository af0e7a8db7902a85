// Schemas that were expensive to find out, kept as files: a cache, so every failure to read or write is a miss.
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { hashOf } from '../schema/canonical.ts'
import type { Json, Schema } from '../schema/schema.ts'

/** Bumped when the meaning of a Schema changes, so that an older Godwit's answers are not believed. */
const FORMAT = 3

/** A folder of values by key. The key is any JSON that determines the value. */
export interface SchemaCache {
  read<Value = Schema>(key: Json): Promise<Value | undefined>
  write(key: Json, value: unknown): Promise<void>
}

/** Opens the cache in this folder, which is made on the first write. */
export function schemaCache(folder: string): SchemaCache {
  const pathOf = (key: Json): string => join(folder, `schema-${hashOf([FORMAT, key]).slice(0, 32)}.json`)
  return {
    async read<Value>(key: Json) {
      try {
        return JSON.parse(await readFile(pathOf(key), 'utf8')) as Value
      } catch {
        return undefined
      }
    },
    async write(key, value) {
      const path = pathOf(key)
      const temporary = `${path}.${process.pid}.tmp`
      try {
        await mkdir(folder, { recursive: true })
        await writeFile(temporary, JSON.stringify(value))
        await rename(temporary, path)
      } catch {
        // A read-only folder costs the next run time and nothing else.
      }
    },
  }
}

// The schema of a list of DDL, with as little loading as can be: from the cache, from what has changed since the last list,
// or by loading all of it.
import type { Reach } from '../dialects/dialect.ts'
import { isGodwitError } from '../errors.ts'
import { hashOf } from '../schema/json.ts'
import type { Json, Schema } from '../schema/schema.ts'
import type { SchemaCache } from './cache.ts'
import { incrementOf, type Outline, outlineOf, sharedWith } from './increment.ts'

/** What it works with. */
export interface DdlLoader {
  cache: SchemaCache
  /** Engine and version: nothing learned from another one is believed. */
  identity: string
  reach: ((sql: string) => Reach | undefined) | undefined
  /** Loads the statements into an empty database, and reads it. */
  load(statements: readonly string[]): Promise<Schema>
}

/** Lists that are remembered. More than one, because branches and projects may share a cache. */
const REMEMBERED = 4

/** A list that was asked for before. */
interface Recent {
  hash: string
  outline: Outline
}

/** Errors: those of load. */
export async function schemaOfDdl(loader: DdlLoader, statements: readonly string[]): Promise<Schema> {
  const { cache, identity, reach } = loader
  const hash = hashOf(statements)
  const known = await cache.read<Schema>(keyOf(identity, hash))
  if (known !== undefined) return known
  const recent = (await cache.read<Recent[]>(recentKey(identity))) ?? []
  const schema = (await increased(loader, recent, statements)) ?? (await loader.load(statements))
  await cache.write(keyOf(identity, hash), schema)
  const outline = reach === undefined ? undefined : outlineOf(statements, reach)
  if (outline !== undefined) {
    const others = recent.filter((each) => each.hash !== hash)
    await cache.write(recentKey(identity), [{ hash, outline }, ...others].slice(0, REMEMBERED))
  }
  return schema
}

const keyOf = (identity: string, hash: string): Json => [identity, 'ddl', hash]
const recentKey = (identity: string): Json => [identity, 'recent']

async function increased(
  { cache, identity, reach, load }: DdlLoader,
  recent: readonly Recent[],
  statements: readonly string[],
): Promise<Schema | undefined> {
  if (reach === undefined || recent.length === 0) return undefined
  const hashes = new Set(statements.map(hashOf))
  const [closest] = recent.toSorted((a, b) => sharedWith(b.outline, hashes) - sharedWith(a.outline, hashes))
  const schema = closest === undefined ? undefined : await cache.read<Schema>(keyOf(identity, closest.hash))
  if (closest === undefined || schema === undefined) return undefined
  const increment = incrementOf({ outline: closest.outline, schema }, statements, reach)
  if (increment === undefined) return undefined
  try {
    return increment.merge(await load(increment.statements))
  } catch (error) {
    // Loading everything says what is wrong, in the words and at the place that people know.
    if (isGodwitError(error)) return undefined
    throw error
  }
}

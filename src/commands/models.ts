// The models as a schema: every source prints its DDL, the shadow spells it.
import type { Dialect } from '../dialects/dialect.ts'
import { GodwitError, isGodwitError } from '../errors.ts'
import type { Spelling } from '../runner/shadow.ts'
import type { Schema } from '../schema/schema.ts'
import type { Context } from './context.ts'

/** The schema that the models want. Errors: SOURCE_MISSING and those of the sources and the shadow. */
export async function modelsSchema(context: Context, dialect: Dialect): Promise<Schema> {
  const { sources, directory, file } = await context.config()
  if (sources.length === 0) {
    throw new GodwitError('SOURCE_MISSING', 'No models are configured.', {
      why: file === undefined ? 'There is no configuration file.' : 'The configuration names no `source`.',
      fix:
        file === undefined
          ? 'Run `godwit init`, which looks for them and writes godwit.config.ts.'
          : "Add one to the configuration: `source: sql('./schema.sql')` or `source: drizzle('./src/schema.ts')`, imported from 'godwit'.",
    })
  }
  const statements: string[] = []
  for (const source of sources) {
    context.emit({ type: 'working', message: `Reading the models (${source.name})` })
    for (const one of await source.ddl({ dialect: dialect.name, directory })) statements.push(one)
  }
  context.emit({ type: 'working', message: 'Spelling the models on the shadow database' })
  const paths = sources.flatMap((source) => (source.name === 'sql' ? source.paths : []))
  return spell(await context.spelling(dialect), dialect, statements, paths, directory)
}

/** Spells statements of SQL files; a failure says where in them it is. */
export async function spell(
  spelling: Spelling,
  dialect: Dialect,
  statements: readonly string[],
  paths: readonly string[],
  directory: string,
): Promise<Schema> {
  try {
    return await spelling.ofDdl(statements)
  } catch (error) {
    if (!isGodwitError(error)) throw error
    const { locateInSql } = await import('../sources/locate.ts')
    throw await locateInSql(error, dialect, paths, directory)
  }
}

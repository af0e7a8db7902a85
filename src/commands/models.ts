// The models as a schema: every source prints its DDL, the shadow spells it.
import type { Dialect } from '../dialects/dialect.ts'
import { diff } from '../diff/index.ts'
import { GodwitError, isGodwitError } from '../errors.ts'
import type { Spelling } from '../runner/shadow.ts'
import { emptySchema, type Schema } from '../schema/schema.ts'
import { asProvided, beforeTables, providedBy, type Vocabulary, vocabularyOf } from '../sources/index.ts'
import type { Context } from './context.ts'
import { revisionsSchema } from './files.ts'

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
  const vocabulary = vocabularyOf(sources)
  if (vocabulary !== undefined) return await onTopOfRevisions(context, dialect, statements, vocabulary)
  context.emit({ type: 'working', message: 'Spelling the models on the shadow database' })
  const paths = sources.flatMap((source) => (source.name === 'sql' ? source.paths : []))
  return spell(await context.spelling(dialect), dialect, statements, paths, directory)
}

/** Spells models that cannot say everything: what else the revisions made is there before their tables. */
async function onTopOfRevisions(
  context: Context,
  dialect: Dialect,
  statements: readonly string[],
  vocabulary: Vocabulary,
): Promise<Schema> {
  const { foundations: types = [], namespaces, traits } = dialect
  const spelling = await context.spelling(dialect)
  const known = types.length === 0 ? emptySchema() : await revisionsOrNone(context, dialect)
  const provisions = { known, vocabulary, types, namespace: namespaces?.type }
  context.emit({ type: 'working', message: 'Spelling the models on the shadow database' })
  let failed: unknown
  for (const alone of [false, true]) {
    const provided = withoutSpoken(providedBy(provisions, alone), statements, namespaces?.type)
    if (provided.objects.length === 0) break
    const made = dialect.render(diff(emptySchema(), provided, { traits }), {}).map(({ sql }) => sql)
    try {
      return asProvided(await spelling.ofDdl(beforeTables(statements, made)), provided)
    } catch (error) {
      if (!isGodwitError(error)) throw error
      failed ??= error
    }
  }
  try {
    return await spelling.ofDdl(statements)
  } catch (error) {
    throw lacking(failed ?? error)
  }
}

/** A verb that needs the revisions says itself what is wrong with them; the models may do without. */
async function revisionsOrNone(context: Context, dialect: Dialect): Promise<Schema> {
  try {
    return await revisionsSchema(context, dialect)
  } catch (error) {
    if (!isGodwitError(error)) throw error
    return emptySchema()
  }
}

/** Namespaces that the models make are theirs. */
const withoutSpoken = (provided: Schema, statements: readonly string[], namespace: string | undefined): Schema => ({
  ...provided,
  objects: provided.objects.filter(
    ({ type, name }) =>
      type !== namespace || !statements.some((sql) => /^create schema\b/i.test(sql) && sql.endsWith(`"${name}"`)),
  ),
})

/** What is not there may be what the models cannot say: then a revision makes it. */
function lacking(error: unknown): unknown {
  if (!isGodwitError(error) || error.code !== 'STATEMENT_FAILED' || !/does not exist/i.test(error.message)) return error
  const { code, message, why, place, data, cause } = error
  return new GodwitError(code, message, {
    ...(why !== undefined && { why }),
    fix: 'If it is what these models cannot say (an extension, a function, a type): make it in a revision by hand first, with `godwit revision -m "…"` and op.sql(…). They are spelled on top of what the revisions make.',
    ...(place !== undefined && { place }),
    ...(data !== undefined && { data }),
    cause,
  })
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

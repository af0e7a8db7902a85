// What `--from` and `--to` can name: a database, SQL files, the revisions, the models, or nothing at all.
import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Dialect } from '../dialects/dialect.ts'
import { dialectNamed, dialectOf, withoutDriver } from '../dialects/index.ts'
import { GodwitError } from '../errors.ts'
import { emptySchema, type Schema } from '../schema/schema.ts'
import { sql } from '../sources/sql.ts'
import { type Context, checkUrl, type ShadowPlace } from './context.ts'
import { revisionsSchema } from './files.ts'
import { modelsSchema, spell } from './models.ts'

/** A state as it was understood. */
export type State =
  | { kind: 'empty' }
  | { kind: 'models' }
  | { kind: 'revisions' }
  | { kind: 'database'; url: string }
  | { kind: 'files'; path: string }

const isUrl = (text: string): boolean => /^[a-z][a-z0-9+]+:/i.test(text)

/** Understands one. `label` is the flag it came from. Errors: STATE_INVALID, CONFIG_NOT_FOUND…, URL_MISSING. */
export async function parseState(context: Context, text: string, label: string): Promise<State> {
  if (text === 'empty' || text === 'models' || text === 'revisions') return { kind: text }
  if (text === 'database') return { kind: 'database', url: await context.url() }
  if (isUrl(text)) {
    return { kind: 'database', url: withoutDriver(checkUrl(text)) }
  }
  const path = resolve(context.cwd, text)
  const found = await stat(path).catch(() => undefined)
  if (found !== undefined && (found.isDirectory() || path.endsWith('.sql'))) return { kind: 'files', path }
  throw new GodwitError(
    'STATE_INVALID',
    found === undefined
      ? `${label}: there is no file or folder ${JSON.stringify(text)}.`
      : `${label}: ${JSON.stringify(text)} is no .sql file.`,
    {
      fix: 'A state is a database URL, a .sql file or a folder of them, or one of: database (the configured one), revisions, models, empty.',
    },
  )
}

/** The dialect both states are compared in. Errors: USAGE (they are of two dialects), URL_MISSING. */
export async function dialectOfStates(
  context: Context,
  states: readonly State[],
  named: { dialect?: string | undefined; shadow?: string | undefined },
): Promise<Dialect> {
  if (named.dialect !== undefined) return dialectNamed(named.dialect)
  const found = await Promise.all(states.flatMap((state) => (state.kind === 'database' ? [dialectOf(state.url)] : [])))
  const [first, second] = found
  if (first !== undefined && second !== undefined && first.name !== second.name) {
    throw new GodwitError('USAGE', `The two databases speak different dialects: ${first.name} and ${second.name}.`, {
      fix: 'Compare databases of one kind.',
    })
  }
  if (first !== undefined) return first
  if (named.shadow !== undefined) return dialectOf(named.shadow)
  return context.dialect()
}

/** The schema of a state, as the database or the shadow spells it. */
export async function schemaOf(context: Context, state: State, dialect: Dialect, place: ShadowPlace): Promise<Schema> {
  switch (state.kind) {
    case 'empty':
      return emptySchema()
    case 'models':
      return modelsSchema(context, dialect)
    case 'revisions':
      return revisionsSchema(context, dialect)
    case 'database': {
      // The configured database may be open already, and an embedded one cannot be opened twice.
      const own = state.url === (await context.config()).url && dialect.name === (await context.dialect()).name
      const connection = own
        ? await context.connection({ readOnly: true })
        : await dialect.connect(state.url, { readOnly: true })
      try {
        context.emit({ type: 'working', message: `Reading ${connection.location.display}` })
        return await dialect.inspect(connection)
      } finally {
        if (!own) await connection.close()
      }
    }
    case 'files': {
      const statements = await sql(state.path).ddl({ dialect: dialect.name, directory: context.cwd })
      context.emit({ type: 'working', message: `Spelling ${state.path} on the shadow database` })
      return spell(await context.spelling(dialect, place), dialect, statements, [state.path], context.cwd)
    }
  }
}

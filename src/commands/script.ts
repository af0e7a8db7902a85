// What `--sql` prints: from the history of the database, or from where `--from` says it is, with no database at all.
import { diff } from '../diff/index.ts'
import { ancestors, findRevision } from '../revisions/index.ts'
import { type Direction, script } from '../runner/index.ts'
import { emptySchema } from '../schema/schema.ts'
import { version } from '../version.ts'
import type { Context } from './context.ts'
import { fileGraph, revisionsSchema } from './files.ts'

/** What the script leads from and to. */
export interface ScriptRequest {
  direction: Direction
  target?: string | undefined
  from?: string | undefined
}

/** The offline script. Errors: those of the runner's `script`, and of the shadow where `from` is given. */
export async function scriptOf(context: Context, { direction, target, from }: ScriptRequest): Promise<string> {
  const options = { direction, ...(target !== undefined && { target }), ...(from !== undefined && { from }) }
  return from === undefined
    ? script(await context.runner({ readOnly: true }), options)
    : offline(context, from, options)
}

// Some statements depend on the schema they meet (a table that is rebuilt): the shadow stands in for the database.
async function offline(context: Context, from: string, options: Parameters<typeof script>[1]): Promise<string> {
  const { folder, cache, shadow: url, url: target } = await context.config()
  const dialect = await context.dialect()
  const graph = await fileGraph(context)
  const before = from === 'base' ? new Set<string>() : ancestors(graph, [findRevision(graph, from)])
  const order = graph.order.filter((id) => before.has(id))
  const schema = await revisionsSchema(context, dialect, order)
  const shadow = await dialect.openShadow({
    cache,
    ...(url !== undefined && { url }),
    ...(target !== undefined && { target }),
  })
  try {
    return await shadow.scratch(async (connection) => {
      const operations = diff(emptySchema(), schema, { traits: dialect.traits })
      const statements = dialect.render(operations, { version: connection.version, before: emptySchema() })
      await shadow.load(
        connection,
        statements.map(({ sql }) => sql),
      )
      return script({ dialect, connection, folder, emit: context.emit, version }, options)
    })
  } finally {
    await shadow.close()
  }
}

// Definitions that people wrote, as the engine spells them: asked of the database itself where it can say it without a
// trace, otherwise of a shadow of the same engine.
import type { Connection, Dialect, Shadow, ShadowOptions } from '../dialects/dialect.ts'
import { GodwitError } from '../errors.ts'
import type { Table } from '../schema/schema.ts'

/** Opens what it needs with the first question. */
export interface Speller {
  /** The table as the engine prints it. Errors: those of the statement that makes it; SHADOW_FAILED. */
  spell(connection: Connection, table: Table): Promise<Table>
  close(): Promise<void>
}

/** Makes one; nothing is opened yet. */
export function openSpeller(dialect: Dialect, options: ShadowOptions): Speller {
  let opened: Promise<Shadow> | undefined
  return {
    async spell(connection, table) {
      try {
        if (dialect.spellTable !== undefined) return await dialect.spellTable(connection, table)
      } catch (error) {
        // Not everybody may make even a temporary table: the shadow is the same engine, if not the same server.
        if (dialect.explain(error).kind !== 'permission denied') throw error
      }
      opened ??= dialect.openShadow(options)
      const shadow = await opened
      return shadow.scratch(async (scratch) => {
        const statements = dialect.render([{ kind: 'createTable', table }], { version: scratch.version })
        await shadow.load(
          scratch,
          statements.map(({ sql }) => sql),
        )
        const { tables } = await dialect.inspect(scratch)
        const found = tables.find(({ name }) => name === table.name)
        if (found === undefined)
          throw new GodwitError('BUG', `The table ${table.name} was made, and could not be read.`)
        return found
      })
    },
    async close() {
      const shadow = await opened?.catch(() => undefined)
      await shadow?.close()
    },
  }
}

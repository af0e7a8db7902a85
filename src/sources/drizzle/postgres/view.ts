// Views and materialised views of Drizzle models on PostgreSQL.

import { orderViews } from '../views.ts'
import type { PostgresContext } from './context.ts'

/** A view's statement, and the schema it lives in. */
export interface ViewStatement {
  name: string
  schema: string | undefined
  definition: string
  statement: string
}

/** CREATE VIEW for each, those that others read first. Views marked `existing()` are somebody else's. */
export function viewStatements(context: PostgresContext, exports: readonly unknown[]): ViewStatement[] {
  const { pg, speller } = context
  const views = exports.flatMap((value): ViewStatement[] => {
    const plain = pg.isPgView(value)
    if (!plain && !pg.isPgMaterializedView(value)) return []
    const config = plain ? pg.getViewConfig(value) : pg.getMaterializedViewConfig(value)
    if (config.query === undefined || config.isExisting) return []
    const definition = speller.expression(config.query)
    const parts = [`create ${plain ? '' : 'materialized '}view ${context.qualified(config.name, config.schema)}`]
    if ('using' in config && typeof config.using === 'string') parts.push(`using ${speller.quote(config.using)}`)
    const options = Object.entries(config.with ?? {}).filter(([, value]) => value !== undefined && value !== null)
    if (options.length > 0) {
      parts.push(`with (${options.map(([key, value]) => `${optionName(key)} = ${String(value)}`).join(', ')})`)
    }
    if ('tablespace' in config && typeof config.tablespace === 'string') {
      parts.push(`tablespace ${speller.quote(config.tablespace)}`)
    }
    parts.push(`as (${definition})`)
    if ('withNoData' in config && config.withNoData === true) parts.push('with no data')
    return [{ name: config.name, schema: config.schema, definition, statement: parts.join(' ') }]
  })
  return orderViews(views)
}

// securityBarrier is security_barrier.
const optionName = (key: string): string => key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

// What names a table, directly or through views, as far as the texts tell.
import type { SchemaObject } from '../../schema/schema.ts'
import { lex, nameOf } from './lexer.ts'
import { bare } from './quote.ts'

/** Whether the text holds this name, without regard to case. */
export function mentions(text: string, name: string): boolean {
  const wanted = name.toLowerCase()
  return lex(text).tokens.some((token) => token.kind !== 'string' && nameOf(token).toLowerCase() === wanted)
}

/** Views and triggers that need the table, except the triggers on it; triggers after the views they live on. */
export function dependentsOf(table: string, objects: readonly SchemaObject[]): SchemaObject[] {
  const names = [bare(table)]
  const found = new Set<SchemaObject>()
  for (const name of names) {
    for (const object of objects) {
      if (found.has(object) || object.table === table) continue
      if (object.type !== 'view' && object.type !== 'trigger') continue
      const lives = object.table !== undefined && bare(object.table) === name
      if (!lives && !mentions(object.definition ?? '', name)) continue
      found.add(object)
      if (object.type === 'view') names.push(bare(object.name))
    }
  }
  const list = [...found]
  return [...list.filter(({ type }) => type === 'view'), ...list.filter(({ type }) => type === 'trigger')]
}

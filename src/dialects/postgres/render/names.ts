// Names in statements: always with their namespace, so that no search_path can make a statement mean another thing.
import { splitName, unqualify } from '../../../schema/names.ts'
import { conventionalName } from '../inspect/identity.ts'
import { identifier } from '../quote.ts'

const DEFAULT = 'public'

/** A qualified name (schema/names.ts) as SQL, with its namespace: `users` is `public.users`. */
export function named(name: string): string {
  const { namespace, name: own } = unqualify(name)
  return `${identifier(namespace ?? DEFAULT)}.${identifier(own)}`
}

/** The namespace of a qualified name. */
export const namespaceOf = (name: string): string => unqualify(name).namespace ?? DEFAULT

/** The last part of a qualified name, without quotes. */
export const ownName = (name: string): string => unqualify(name).name

/** A column list in parentheses. */
export const columnList = (columns: readonly string[]): string => `(${columns.map(identifier).join(', ')})`

/** Another name in the namespace of the first. */
export function beside(name: string, own: string): string {
  return `${identifier(namespaceOf(name))}.${identifier(own)}`
}

/** A name and what follows it: ` USING btree`, `(integer, text)`, ` SERVER files`. Quotes are respected. */
export function splitTail(name: string): { name: string; tail: string } {
  let quoted = false
  for (let at = 0; at < name.length; at++) {
    const char = name[at]
    if (char === '"') quoted = !quoted
    else if (!quoted && (char === '(' || char === ' ') && at > 0) {
      return { name: name.slice(0, at), tail: name.slice(at) }
    }
  }
  return { name, tail: '' }
}

/** A routine with its argument types as SQL: `public.log(integer, text)`. */
export function routineName(name: string): string {
  const { name: own, tail } = splitTail(name)
  return `${named(own)}${tail === '' ? '()' : tail}`
}

/** An operator with its operand types as SQL: `public.===(integer, none)`. */
export function operatorName(name: string): string {
  const { name: own, tail } = splitTail(name)
  const parts = splitName(own)
  return `${identifier(parts.length > 1 ? (parts[0] ?? DEFAULT) : DEFAULT)}.${parts.at(-1) ?? ''}${tail}`
}

/** A role as SQL; `public` is everybody. */
export const role = (name: string): string => (name === 'public' ? 'public' : identifier(name))

/** The conventional name of the sequence behind a column, without namespace: what `serial` and identity columns make. */
export const conventionalSequence = (table: string, column: string): string =>
  conventionalName(ownName(table), column, 'seq')

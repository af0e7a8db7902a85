// Qualified names and references, as strings that are unambiguous for any name a database can hold.

/** A name in two parts. The namespace is absent where it is the dialect's default one. */
export interface QualifiedName {
  namespace?: string
  name: string
}

// Quoted only where a reader could not tell the parts: dots, quotes, blanks at work inside refs, or nothing at all.
// Parentheses begin a routine's argument types.
const PLAIN = /^[^\s."()]+$/u
const quotePart = (part: string): string => (PLAIN.test(part) ? part : `"${part.replaceAll('"', '""')}"`)

/** Joins a namespace and a name: `users`, `audit.log`, `"odd.name"`. Case is kept as it is. */
export function qualify(name: string, namespace?: string): string {
  return namespace === undefined ? quotePart(name) : `${quotePart(namespace)}.${quotePart(name)}`
}

/** The inverse of `qualify`. Text after the last part (a routine's arguments) stays in `name`. */
export function unqualify(qualified: string): QualifiedName {
  const parts = splitName(qualified)
  const name = parts.pop() ?? ''
  const namespace = parts.pop()
  return namespace === undefined ? { name } : { namespace, name }
}

/** Splits `a."b.c"` into its parts, quotes removed. */
export function splitName(qualified: string): string[] {
  const parts: string[] = []
  let at = 0
  while (at <= qualified.length) {
    if (qualified[at] === '"') {
      let text = ''
      at++
      while (at < qualified.length) {
        if (qualified[at] === '"') {
          if (qualified[at + 1] !== '"') break
          at++
        }
        text += qualified[at++]
      }
      const rest = qualified.slice(at + 1)
      parts.push(rest === '' || rest.startsWith('.') ? text : text + rest)
      at = rest.startsWith('.') ? at + 2 : qualified.length + 1
    } else {
      // A dot inside argument types separates nothing.
      const found = qualified.slice(at).search(/[.(]/)
      const end = found < 0 || qualified[at + found] === '(' ? qualified.length : at + found
      parts.push(qualified.slice(at, end))
      at = end + 1
    }
  }
  return parts
}

/** The kinds of thing that a dependency or an operation can point at; an object's ref begins with its own type. */
export type RefKind = 'table' | 'column' | 'constraint' | 'index' | (string & {})

/**
 * A reference such as `table users`, `column users.email`, `constraint users.users_pkey`, `view active_users`,
 * `trigger users.touch`. `owner` and (for tables and objects without owner) `name` are qualified names already.
 */
export function ref(kind: RefKind, ownerOrName: string, part?: string): string {
  return part === undefined ? `${kind} ${ownerOrName}` : `${kind} ${ownerOrName}.${quotePart(part)}`
}

/** The ref of an object: with its table where it lives on one. */
export function objectRef(object: { type: string; name: string; table?: string }): string {
  return object.table === undefined ? ref(object.type, object.name) : ref(object.type, object.table, object.name)
}

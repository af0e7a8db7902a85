// Names, comments and references by oid: what every part of the reading asks.
import { qualify } from '../../../schema/names.ts'
import type { Extra, Json } from '../../../schema/schema.ts'
import type { Options } from '../shapes.ts'
import { CLASS, type Rows } from './catalog.ts'
import type { CommentRow, ExtensionRow, MemberRow, NamespaceRow } from './tables-queries.ts'
import { comments, extensions, members, namespaces } from './tables-queries.ts'

/** What the context is made from. */
export const contextQueries = { namespaces, extensions, members, comments }

/** The tables of our own books: no part of any schema. */
const OWN: ReadonlySet<string> = new Set(['godwit_history', 'godwit_journal', 'godwit_meta'])

/** Looks up what rows name by oid. */
export interface Context {
  version: number
  /** Qualified name; a name of the system is written without namespace. */
  name(namespace: string, name: string): string
  /** Name of a namespace, undefined for the default one and the system's. */
  namespace(oid: string): string | undefined
  comment(catalog: string, oid: string, part?: number): { comment?: string }
  /** The extension that the object belongs to. */
  extensionOf(catalog: string, oid: string): string | undefined
  isOwnTable(namespace: string, name: string): boolean
  /** Ref of a catalogue object, made by `setRef`. */
  ref(catalog: string, oid: string, part?: number): string | undefined
  setRef(catalog: string, oid: string, ref: string, part?: number): void
  /** Notes that `from` needs `to`; undefined (a thing of the system, a thing that is hidden) needs no note. */
  depend(from: string | undefined, to: string | undefined): void
  dependencies(): { from: string; to: string }[]
}

/** Builds the lookups. */
export function contextOf(rows: Rows<typeof contextQueries>, version: number): Context {
  const spaces = new Map(rows.namespaces.map((row): [string, NamespaceRow] => [row.oid, row]))
  const names = new Map(rows.extensions.map((row): [string, ExtensionRow] => [row.oid, row]))
  const key = (catalog: string, oid: string, part = 0): string => `${catalog} ${oid} ${part}`
  const texts = new Map(rows.comments.map((row: CommentRow) => [key(row.class, row.oid, row.part), row.text]))
  const owners = new Map(
    rows.members.map((row: MemberRow) => [key(row.class, row.oid), names.get(row.extension)?.name]),
  )
  const refs = new Map<string, string>()
  const pairs = new Map<string, { from: string; to: string }>()
  const namespace = (oid: string): string | undefined => {
    const name = spaces.get(oid)?.name
    return name === undefined || name === 'public' || name === 'pg_catalog' ? undefined : name
  }
  return {
    version,
    namespace,
    name: (oid, name) => qualify(name, namespace(oid)),
    comment(catalog, oid, part) {
      const comment = texts.get(key(catalog, oid, part))
      return comment === undefined ? {} : { comment }
    },
    extensionOf: (catalog, oid) => owners.get(key(catalog, oid)),
    isOwnTable: (oid, name) => OWN.has(name) && spaces.get(oid)?.name === 'public',
    ref(catalog, oid, part) {
      const extension = owners.get(key(catalog, oid))
      if (extension !== undefined) return `extension ${qualify(extension)}`
      return refs.get(key(catalog, oid, part)) ?? refs.get(key(catalog, oid))
    },
    setRef: (catalog, oid, ref, part) => void refs.set(key(catalog, oid, part), ref),
    depend(from, to) {
      if (from === undefined || to === undefined || from === to) return
      pairs.set(`${from}\n${to}`, { from, to })
    },
    dependencies: () => [...pairs.values()],
  }
}

/** `{ extra }` of what is set, or nothing: absent means default. */
export function withExtra(fields: { [name: string]: Json | undefined }): { extra?: Extra } {
  const extra = compact(fields)
  return Object.keys(extra).length === 0 ? {} : { extra }
}

/** Without the fields that are undefined. */
export function compact(fields: { [name: string]: Json | undefined }): Extra {
  const extra: Extra = {}
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) extra[name] = value
  return extra
}

/** `name=value` texts as a map; undefined where there are none. */
export function optionsOf(list: readonly string[] | null | undefined): Options | undefined {
  if (list === null || list === undefined || list.length === 0) return undefined
  const pairs = list.map((text): [string, string] => {
    const equals = text.indexOf('=')
    return equals < 0 ? [text, ''] : [text.slice(0, equals), text.slice(equals + 1)]
  })
  // In the server's order, which is the one they were given in: equality does not mind it, and a dump shows it.
  return Object.fromEntries(pairs)
}

/** True where it holds, absent otherwise. */
export const flag = (value: boolean | null | undefined): true | undefined => (value ? true : undefined)

/** Null of the database as absence. */
export const given = <Value>(value: Value | null | undefined): Value | undefined => value ?? undefined

/** Notes that something lives in a namespace. */
export function inNamespace(context: Context, from: string, namespace: string): void {
  context.depend(from, context.ref(CLASS.namespace, namespace))
}

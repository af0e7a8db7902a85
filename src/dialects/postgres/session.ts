// What our own connections can do beyond the shared interface: several results from one message, and what a lock needs.
import { GodwitError } from '../../errors.ts'
import type { Connection } from '../dialect.ts'
import type { PoolMode } from './url.ts'

/** A row with text, numbers (int2, int4), booleans and parsed JSON; everything else is the text the server sent. */
export type CatalogRow = Record<string, unknown>

/** The inside of a connection. */
export interface Session {
  kind: 'server' | 'embedded'
  /** `server_version_num` of the server, as in 180003. */
  versionNumber: number
  /** One message with several statements: the rows of each statement. */
  many(sql: string): Promise<CatalogRow[][]>
  inTransaction(): boolean
  /** The backend's process as the server told at connecting; absent where there is none. */
  readonly processId?: number | undefined
  /** On a server: what can be done where a pooler stands in between. */
  pooler?: Pooler
  /** Embedded only: the files of the whole database as one tar archive. */
  dumpFiles?(): Promise<Blob>
  /** Embedded only: puts such files in the place of its own. */
  loadFiles?(content: AsyncIterable<Uint8Array>): Promise<void>
}

/** A pooler gives a client one of its sessions, for a while that only its own settings tell. */
export interface Pooler {
  /** As the URL says. */
  mode?: PoolMode
  /** There is one: from now on transactions set what they rely on. */
  found(): void
  /** Gives the session back; the next statement opens another. */
  park(): Promise<void>
  /** This connection goes on in a new session, the answer holds the old one. Errors: what shows that there was no other in time. */
  split(timeout: number): Promise<Connection>
  /** The session stays the same: it is given our settings, once. */
  settle(): Promise<void>
}

// A symbol property, so that a wrapper made by spreading a connection keeps it.
const SESSION = Symbol('session')

/** Attaches the inside to a connection. */
export function withSession<Outer extends Connection>(connection: Outer, session: Session): Outer {
  Object.defineProperty(connection, SESSION, { value: session, enumerable: true })
  return connection
}

/** The inside of a connection that this dialect opened. Errors: BUG for any other. */
export function sessionOf(connection: Connection): Session {
  const session: unknown = Reflect.get(connection, SESSION)
  if (!isSession(session)) throw new GodwitError('BUG', 'A connection of another dialect was handed in.')
  return session
}

const isSession = (value: unknown): value is Session => typeof value === 'object' && value !== null && 'many' in value

/** `15.20 (Debian …)` as 150020, `18beta1` as 180000: what server_version_num says. */
export function versionNumber(version: string): number {
  const match = /^(\d+)(?:\.(\d+))?/.exec(version)
  return Number(match?.[1] ?? 0) * 10000 + Number(match?.[2] ?? 0)
}

const typed: ReadonlyMap<number, (text: string) => unknown> = new Map<number, (text: string) => unknown>([
  [16, (text) => text === 't' || text === 'true'],
  [21, Number],
  [23, Number],
  [114, (text) => JSON.parse(text)],
])
const asText = (text: string): string => text

/** How catalogue values are read, by type oid: the same from a server and from the embedded engine. */
export const catalogParser = (type: number): ((text: string) => unknown) => typed.get(type) ?? asText

// How to see whether a hand-written statement that commits by itself has happened.
import type { Probe } from '../../operations/statement.ts'
import { qualify } from '../../schema/names.ts'

import { builtProbe, goneProbe } from './render/indexes.ts'
import { named } from './render/names.ts'

type Tree = Readonly<Record<string, unknown>>

const record = (value: unknown): Tree =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Tree) : {}
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])

/** The probe of CREATE and DROP INDEX CONCURRENTLY; nothing for any other statement. */
export function writtenProbe(node: Tree): { probe?: Probe } {
  const probe = built(record(node.IndexStmt)) ?? dropped(record(node.DropStmt))
  return probe === undefined ? {} : { probe }
}

function built({ concurrent, idxname, relation, indexParams, indexIncludingParams, unique, whereClause }: Tree) {
  // Without a name of its own, the server chooses one.
  if (concurrent !== true || typeof idxname !== 'string') return undefined
  const { schemaname, relname } = record(relation)
  const columns = (params: unknown) =>
    list(params).map((each) => {
      const { name } = record(record(each).IndexElem)
      return typeof name === 'string' ? { column: name } : {}
    })
  const include = columns(indexIncludingParams).map(({ column = '' }) => column)
  return builtProbe(nameOf(relname, schemaname), {
    name: idxname,
    unique: unique === true,
    keys: columns(indexParams),
    include,
    ...(whereClause !== undefined && { where: '' }),
  })
}

function dropped({ concurrent, objects }: Tree): Probe | undefined {
  // The server drops one at a time.
  if (concurrent !== true || list(objects).length !== 1) return undefined
  const names = list(record(record(list(objects)[0]).List).items).map((each) => record(record(each).String).sval)
  return goneProbe(named(nameOf(names.at(-1), names.at(-2))))
}

const nameOf = (name: unknown, namespace: unknown): string =>
  qualify(`${name}`, typeof namespace === 'string' ? namespace : undefined)

// Which changes of type alter values or refuse them, each with a query that counts those: the one place that says so.
import { type Narrowing, type Redefined, redefined } from '../../operations/narrowing.ts'
import type { Operation } from '../../operations/operation.ts'
import { ref } from '../../schema/names.ts'
import type { Schema } from '../../schema/schema.ts'
import { doesNotReturn, type Known, lossless, needsPolyfill, POLYFILL, refused, refusedText } from './carry.ts'
import { identifier, literal } from './quote.ts'
import { named } from './render/names.ts'
import { columnsOfType, type TypedColumn } from './render/objects/rebuild.ts'
import { columnExtra, objectExtra } from './render/shape.ts'
import type { DomainExtra } from './shapes.ts'

/** All narrowings of a list. `before` tells what types users have made; without it such a type may hold anything. */
export function narrowings(
  operations: readonly Operation[],
  { before, version }: { before?: Schema; version?: string },
): Narrowing[] {
  const known: Known = {
    // Without a version, what every supported one understands.
    major: Number(/\d+/u.exec(version ?? '')?.[0] ?? 14),
    objects: [
      ...(before?.objects ?? []),
      ...operations.flatMap((each) => (each.kind === 'createObject' ? [each.object] : [])),
    ],
  }
  return [
    ...redefined(operations, before).flatMap((each) => ofColumn(each, known)),
    ...operations.flatMap((each, at) => (before === undefined ? [] : ofType(each, at, before, known))),
  ].sort((a, b) => a.operation - b.operation)
}

function ofColumn({ operation, table, column, from, to, using }: Redefined, known: Known): Narrowing[] {
  // A generated column holds nothing of its own, and a child's column is its parent's.
  if (from.type === to.type || from.generated !== undefined || to.generated !== undefined) return []
  if (columnExtra(to).inherited) return []
  const name = identifier(column)
  const fails = using === undefined ? refused(name, from.type, to.type, known) : undefined
  const alters = lossless(from.type, to.type, known) ? undefined : doesNotReturn(name, from.type, to.type, using, known)
  return found({ operation, table, column, type: to.type, fails, alters }, known)
}

interface Found {
  operation: number
  table: string
  column: string
  type: string
  /** Conditions over a row; absent: it cannot happen. */
  fails: string | undefined
  alters: string | undefined
}

function found({ operation, table, column, type, fails, alters }: Found, known: Known): Narrowing[] {
  const values = (outcome: Narrowing['outcome'], message: string, condition: string): Narrowing => ({
    operation,
    what: ref('column', table, column),
    outcome,
    message: `values of ${table}.${column} that ${message}`,
    probe: probeOf(table, condition, known),
    among: { from: named(table), where: condition },
  })
  // What is refused cannot be converted, not even to look at it.
  const altered =
    alters === undefined || fails === undefined ? alters : `case when ${fails} then false else ${alters} end`
  return [
    ...(altered === undefined ? [] : [values('alters', `${type} does not keep as they are`, altered)]),
    ...(fails === undefined ? [] : [values('fails', `${type} cannot hold`, fails)]),
  ]
}

/** Labels of an enum that go, and the base type of a domain: for each column of that type. */
function ofType(each: Operation, operation: number, before: Schema, known: Known): Narrowing[] {
  if (each.kind !== 'alterObject') return []
  const { from, to } = each
  const of = ({ table, column }: TypedColumn) => ({ operation, table: table.name, column: column.name, type: to.name })
  if (to.type === 'enum') {
    const gone = (from.values ?? []).filter((value) => !to.values?.includes(value))
    const labels = `array[${gone.map((value) => literal(value)).join(', ')}]`
    if (gone.length === 0) return []
    return columnsOfType(before, from.name).flatMap((user) => {
      const name = identifier(user.column.name)
      const fails = user.array ? `${name}::text[] && ${labels}` : `${name}::text = any (${labels})`
      return found({ ...of(user), fails, alters: undefined }, known)
    })
  }
  if (to.type !== 'domain') return []
  const [old, next] = [objectExtra<DomainExtra>(from).base, objectExtra<DomainExtra>(to).base]
  if (old === next) return []
  return columnsOfType(before, from.name).flatMap((user) => {
    const name = identifier(user.column.name)
    const type = `${next}${user.array ? '[]' : ''}`
    // The type is made anew, and its values go by way of text.
    const fails = refusedText(`${name}::text`, type, known)
    const alters = lossless(old, next, known)
      ? undefined
      : `${name}::text::${type}::text is distinct from ${name}::text`
    return found({ ...of(user), type, fails, alters }, known)
  })
}

function probeOf(table: string, condition: string, known: Known): string[] {
  const query = `select count(*) as rows from ${named(table)} where ${condition}`
  return needsPolyfill(condition, known) ? [POLYFILL, query] : [query]
}

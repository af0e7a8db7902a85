// Grants and default privileges.

import type { OperationOf } from '../../../../operations/operation.ts'
import { objectRef, qualify, unqualify } from '../../../../schema/names.ts'
import type { Column, Schema, SchemaObject } from '../../../../schema/schema.ts'
import { multirangeName } from '../../inspect/types.ts'
import { identifier } from '../../quote.ts'
import type { DefaultPrivilegesExtra, GrantExtra, RangeExtra } from '../../shapes.ts'
import { sequenceOf } from '../column-text.ts'
import { type Context, type Draft, statement } from '../draft.ts'
import { NONE } from '../facts.ts'
import { named, role, routineName } from '../names.ts'
import { isRemade } from '../rights.ts'
import { objectExtra, same } from '../shape.ts'
import type { Family } from './family.ts'

const grantExtra = (object: SchemaObject): GrantExtra => objectExtra(object)
const UNQUALIFIED: ReadonlySet<string> = new Set(['SCHEMA', 'LANGUAGE', 'FOREIGN DATA WRAPPER', 'FOREIGN SERVER'])

function place({ on, object }: GrantExtra): string {
  const kind = on.toLowerCase()
  if (/^(function|procedure|aggregate)$/.test(kind)) return `${kind} ${routineName(object)}`
  return `${kind} ${UNQUALIFIED.has(on.toUpperCase()) ? identifier(object) : named(object)}`
}

/** Each privilege with its columns: the unit that is granted and revoked. */
function privilegesOf(extra: Pick<GrantExtra, 'privileges' | 'columns' | 'grantable'>): Map<string, Privilege> {
  const all = new Map<string, Privilege>()
  for (const name of extra.privileges ?? []) {
    all.set(name, { text: name.toLowerCase(), grantable: extra.grantable?.includes(name) ?? false })
  }
  for (const [name, columns] of Object.entries(extra.columns ?? {})) {
    for (const column of columns) {
      all.set(`${name} ${column}`, {
        text: `${name.toLowerCase()} (${identifier(column)})`,
        grantable: extra.grantable?.includes(`${name} ${column}`) ?? false,
      })
    }
  }
  return all
}

interface Privilege {
  text: string
  grantable: boolean
}

interface Words {
  /** What stands between the privileges and TO or FROM: ` on table public.t`. */
  on: string
  prefix: string
  grantee: string
}

/** The GRANT and REVOKE statements between two sets of privileges. */
function changes({ on, prefix, grantee }: Words, from: Side | undefined, to: Side | undefined): Draft[] {
  const [old, next] = [privilegesOf(from ?? NOTHING), privilegesOf(to ?? NOTHING)]
  const texts = (list: Iterable<Privilege>): string => [...list].map(({ text }) => text).join(', ')
  // Where all is given, only the right to pass something on may have to go.
  const all = next.get('ALL')
  const stays = (name: string, { grantable }: Privilege): boolean =>
    next.has(name) || (all !== undefined && !name.includes(' ') && (!grantable || all.grantable))
  const gone = [...old].filter(([name, privilege]) => !stays(name, privilege)).map(([, privilege]) => privilege)
  const lessened = [...old].filter(([name, { grantable }]) => grantable && next.get(name)?.grantable === false)
  const added = [...next].filter(([name, { grantable }]) => {
    const was = old.get(name)
    return was === undefined || (grantable && !was.grantable)
  })
  const plain = added.filter(([, { grantable }]) => !grantable).map(([, privilege]) => privilege)
  const withOption = added.filter(([, { grantable }]) => grantable).map(([, privilege]) => privilege)
  const taken = (to?.revoked ?? []).filter((name) => !from?.revoked?.includes(name))
  const given = (from?.revoked ?? []).filter((name) => !to?.revoked?.includes(name) && !next.has(name))
  const say = (sql: string): Draft => statement(`${prefix}${sql}`, NONE)
  const drafts: Draft[] = []
  const lower = (list: readonly string[]): string => list.map((name) => name.toLowerCase()).join(', ')
  if (taken.length > 0) drafts.push(say(`revoke ${lower(taken)}${on} from ${grantee}`))
  if (gone.length > 0) drafts.push(say(`revoke ${texts(gone)}${on} from ${grantee}`))
  if (lessened.length > 0) {
    drafts.push(say(`revoke grant option for ${texts(lessened.map(([, each]) => each))}${on} from ${grantee}`))
  }
  if (given.length > 0) drafts.push(say(`grant ${lower(given)}${on} to ${grantee}`))
  if (plain.length > 0) drafts.push(say(`grant ${texts(plain)}${on} to ${grantee}`))
  if (withOption.length > 0) drafts.push(say(`grant ${texts(withOption)}${on} to ${grantee} with grant option`))
  return drafts
}

type Side = Pick<GrantExtra, 'privileges' | 'columns' | 'grantable' | 'revoked'>
const NOTHING: Side = { privileges: [] }

const words = (extra: GrantExtra): Words => ({ prefix: '', on: ` on ${place(extra)}`, grantee: role(extra.grantee) })

/** Grants: granted and revoked privilege by privilege. */
export const grantFamily: Family = {
  create: (object, context) => {
    const extra = grantExtra(object)
    const { withheld = [], regranted = [] } = isMade(extra, context) ? extra : {}
    const side = {
      ...extra,
      privileges: [...extra.privileges, ...regranted],
      revoked: [...(extra.revoked ?? []), ...withheld],
    }
    return changes(words(extra), undefined, side)
  },
  // Grants go with what they are on, and come back with it: only what is not to come back has to go by itself.
  drop: (object, context) => {
    const extra = grantExtra(object)
    if (!goes(extra, context)) return changes(words(extra), extra, undefined)
    return isRemade(extra.object, context) ? changes(words(extra), extra, remains(object, context)) : []
  },
  alter: (from, to) => changes(words(grantExtra(to)), grantExtra(from), grantExtra(to)),
  rename: () => [],
  inPlace: (from, to) => same(words(grantExtra(from)), words(grantExtra(to))),
}

/** Whether the thing itself is made in these operations: only then do default privileges touch it. */
function isMade({ on, object }: GrantExtra, { operations }: Context): boolean {
  const numbers = (table: string, columns: readonly Column[]): boolean =>
    on === 'SEQUENCE' && columns.some((column) => column.identity !== undefined && sequenceOf(table, column) === object)
  return operations.some((operation) => {
    switch (operation.kind) {
      case 'createTable':
        return operation.table.name === object || numbers(operation.table.name, operation.table.columns)
      case 'addColumn':
        return numbers(operation.table, [operation.column])
      case 'alterColumn':
        return numbers(operation.table, [operation.to]) && !numbers(operation.table, [operation.from])
      case 'createObject':
        if (on === 'FUNCTION' && operation.object.type === 'range') return constructs(operation.object, object)
        // An aggregate says its direct arguments and its star; a grant is on what the server calls its arguments.
        if (on === 'FUNCTION' && operation.object.type === 'aggregate') {
          return bare(operation.object.name) === bare(object)
        }
        return operation.object.name === object && operation.object.type !== 'grant'
      default:
        return false
    }
  })
}

/** What of a grant is granted again further on. */
function remains(object: SchemaObject, { around }: Context): Side {
  const again = around.findLast(
    (each): each is OperationOf<'createObject'> =>
      each.kind === 'createObject' && objectRef(each.object) === objectRef(object),
  )
  const from = grantExtra(object)
  if (again === undefined) return NOTHING
  const to = grantExtra(again.object)
  const columns = Object.entries(from.columns ?? {}).map(([name, list]): [string, string[]] => [
    name,
    list.filter((column) => to.columns?.[name]?.includes(column)),
  ])
  return {
    privileges: from.privileges.filter((name) => to.privileges.includes(name) || to.privileges.includes('ALL')),
    columns: Object.fromEntries(columns),
    grantable: (from.grantable ?? []).filter((name) => to.grantable?.includes(name)),
    ...(from.revoked !== undefined && { revoked: from.revoked }),
  }
}

const bare = (routine: string): string => routine.replace(/\(.*$/s, '')

/** A range type brings functions along: its own name and that of its multirange. */
function constructs(range: SchemaObject, routine: string): boolean {
  const { namespace, name } = unqualify(range.name)
  const many = objectExtra<RangeExtra>(range).multirange ?? qualify(multirangeName(name), namespace)
  return routine.startsWith(`${range.name}(`) || routine.startsWith(`${many}(`)
}

const goes = ({ object }: GrantExtra, { operations }: Context): boolean =>
  operations.some(
    (operation) =>
      (operation.kind === 'dropTable' && operation.table.name === object) ||
      (operation.kind === 'dropObject' && operation.object.name === object && operation.object.type !== 'grant'),
  )

function defaultWords(object: SchemaObject): Words {
  const extra: DefaultPrivilegesExtra = objectExtra(object)
  const within = extra.namespace === undefined ? '' : ` in schema ${identifier(extra.namespace)}`
  return {
    prefix: `alter default privileges for role ${role(extra.role)}${within} `,
    on: ` on ${extra.on.toLowerCase()}`,
    grantee: role(extra.grantee),
  }
}

const defaults = (object: SchemaObject): DefaultPrivilegesExtra => objectExtra(object)

/** Default privileges: the same words behind ALTER DEFAULT PRIVILEGES. */
export const defaultPrivilegesFamily: Family = {
  create: (object) => changes(defaultWords(object), undefined, defaults(object)),
  drop: (object) => changes(defaultWords(object), defaults(object), undefined),
  alter: (from, to) => changes(defaultWords(to), defaults(from), defaults(to)),
  rename: () => [],
  inPlace: (from, to) => same(defaultWords(from), defaultWords(to)),
}

/** The grants on a type in a schema, as they have to be said again for a type made anew. */
export function grantsOn(schema: Schema, type: SchemaObject): Draft[] {
  return schema.objects
    .filter((object) => object.type === 'grant' && /^(TYPE|DOMAIN)$/i.test(grantExtra(object).on))
    .filter((object) => grantExtra(object).object === type.name)
    .flatMap((object) =>
      grantFamily.create(object, { operations: [], around: [], position: 0, major: 14, script: false, cell: () => [] }),
    )
}

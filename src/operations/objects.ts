// Everything that is not a table: create, drop, alter, rename, and the labels of enums.
import { equalData } from '../schema/json.ts'
import { objectRef, ref } from '../schema/names.ts'
import type { SchemaObject } from '../schema/schema.ts'
import { type Behaviours, touching } from './behaviour.ts'
import { insertObject, misfit, objectOf, without } from './edit.ts'
import { renameObject, renameValue } from './rename.ts'

type ObjectKind = 'createObject' | 'dropObject' | 'alterObject' | 'renameObject' | 'renameValue'

const words = ({ type, name, table }: Pick<SchemaObject, 'type' | 'name' | 'table'>): string =>
  table === undefined ? `${type} ${name}` : `${type} ${name} on ${table}`

const home = (table: string | undefined): string[] => (table === undefined ? [] : [ref('table', table)])

/** The behaviours of operations on objects. */
export const objects: Behaviours<ObjectKind> = {
  createObject: {
    apply: (schema, { object }) => insertObject(schema, object),
    invert: ({ object }) => ({ kind: 'dropObject', object }),
    describe: ({ object }) => `create ${words(object)}${object.values ? ` (${object.values.join(', ')})` : ''}`,
    touches: ({ object }) => touching({ creates: [objectRef(object)], uses: home(object.table) }),
    sign: '+',
  },
  dropObject: {
    // What lives on a view (triggers, its indexes) goes with it; functions and types own nothing by name.
    apply(schema, { object }) {
      const wanted = objectRef(object)
      const rest = without(schema.objects, (each) => objectRef(each) === wanted, wanted)
      const owns = object.table === undefined && !schema.tables.some(({ name }) => name === object.name)
      const shared = rest.some((each) => each.table === undefined && each.name === object.name)
      return { ...schema, objects: owns && !shared ? rest.filter(({ table }) => table !== object.name) : rest }
    },
    invert: ({ object }) => ({ kind: 'createObject', object }),
    describe: ({ object }) => `drop ${words(object)}`,
    touches: ({ object }) => touching({ drops: [objectRef(object)], uses: home(object.table) }),
    sign: '-',
  },
  alterObject: {
    apply(schema, { from, to }) {
      const current = objectOf(schema, from)
      if (objectRef(from) !== objectRef(to)) throw misfit(`${words(from)} cannot be altered into ${words(to)}`)
      return { ...schema, objects: schema.objects.map((each) => (each === current ? to : each)) }
    },
    invert: ({ from, to }) => ({ kind: 'alterObject', from: to, to: from }),
    describe: ({ from, to }) => `alter ${words(to)}: ${changes(from, to)}`,
    touches: ({ to }) => touching({ uses: [objectRef(to), ...home(to.table)] }),
    sign: '~',
  },
  renameObject: {
    apply(schema, { type, from, to, table }) {
      const object = objectOf(schema, { type, name: from, ...(table !== undefined && { table }) })
      const target = objectRef({ ...object, name: to })
      if (schema.objects.some((each) => objectRef(each) === target)) throw misfit(`the ${target} is there already`)
      return renameObject(schema, object, to)
    },
    invert: ({ type, from, to, table }) => ({
      kind: 'renameObject',
      type,
      from: to,
      to: from,
      ...(table !== undefined && { table }),
    }),
    describe: ({ type, from, to, table }) =>
      `rename ${words({ type, name: from, ...(table !== undefined && { table }) })} to ${to}`,
    touches: ({ type, from, to, table }) => {
      const at = table === undefined ? {} : { table }
      return touching({
        creates: [objectRef({ type, name: to, ...at })],
        drops: [objectRef({ type, name: from, ...at })],
        uses: home(table),
      })
    },
    sign: '~',
  },
  renameValue: {
    apply(schema, { type, name, from, to }) {
      const object = objectOf(schema, { type, name })
      const values = object.values ?? []
      if (!values.includes(from)) throw misfit(`${type} ${name} has no value ${JSON.stringify(from)}`)
      if (values.includes(to)) throw misfit(`${type} ${name} has the value ${JSON.stringify(to)} already`)
      return renameValue(schema, object, from, to)
    },
    invert: ({ type, name, from, to }) => ({ kind: 'renameValue', type, name, from: to, to: from }),
    describe: ({ type, name, from, to }) =>
      `rename value ${JSON.stringify(from)} of ${type} ${name} to ${JSON.stringify(to)}`,
    touches: ({ type, name }) => touching({ uses: [ref(type, name)] }),
    sign: '~',
  },
}

function changes(from: SchemaObject, to: SchemaObject): string {
  const old = from.values ?? []
  const added = (to.values ?? []).filter((value) => !old.includes(value))
  const gone = old.filter((value) => !to.values?.includes(value))
  const said = [
    added.length > 0 && `add value ${added.join(', ')}`,
    gone.length > 0 && `drop value ${gone.join(', ')}`,
    from.definition !== to.definition && 'definition',
    from.comment !== to.comment && 'comment',
    !equalData(from.extra, to.extra) && 'attributes',
  ].filter(Boolean)
  return said.length === 0 ? 'order of values' : said.join(', ')
}

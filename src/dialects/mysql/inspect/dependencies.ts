// What cannot exist without what, as far as the texts tell. For ordering alone: a mention too many does little harm.
import { objectRef, ref, unqualify } from '../../../schema/names.ts'
import type { Dependency, SchemaObject, Table } from '../../../schema/schema.ts'
import { nameOf, type Token, tokens } from '../lexer.ts'
import { type IndexKeyExtra, shape, type TriggerExtra } from '../shapes.ts'

/** Views on what they read; foreign keys on the indexes that carry them; triggers on those before; defaults on sequences. */
export function dependenciesOf(tables: readonly Table[], objects: readonly SchemaObject[]): Dependency[] {
  const pairs = new Map<string, Dependency>()
  const add = (from: string, to: string): void => {
    if (from !== to) pairs.set(`${from}\0${to}`, { from, to })
  }
  const world = worldOf(tables, objects)
  for (const table of tables) {
    foreignKeys(table, world, add)
    for (const { name, default: text } of table.columns) {
      for (const token of tokens(text ?? '')) {
        const sequence = token.kind === 'quoted' ? world.objects.get(`sequence ${nameOf(token)}`) : undefined
        if (sequence !== undefined) add(ref('column', table.name, name), objectRef(sequence))
      }
    }
  }
  for (const object of objects) {
    if (object.type === 'view') view(object, world, add)
    if (object.type === 'trigger') {
      const { follows } = shape<TriggerExtra>(object.extra)
      const before = follows === undefined ? undefined : world.objects.get(`trigger ${follows}`)
      if (before !== undefined) add(objectRef(object), objectRef(before))
    }
  }
  return [...pairs.values()]
}

interface World {
  tables: ReadonlyMap<string, Table>
  /** By type and plain name. */
  objects: ReadonlyMap<string, SchemaObject>
}

type Add = (from: string, to: string) => void

const plain = (name: string): string => unqualify(name).name

const worldOf = (tables: readonly Table[], objects: readonly SchemaObject[]): World => ({
  tables: new Map(tables.map((table) => [plain(table.name), table])),
  objects: new Map(objects.map((object) => [`${object.type} ${plain(object.name)}`, object])),
})

function foreignKeys(table: Table, { tables }: World, add: Add): void {
  for (const { type, name, columns, references } of table.constraints) {
    if (type !== 'foreign key' || references === undefined) continue
    const from = ref('constraint', table.name, name)
    // Neither side may be partitioned or of another engine when the key comes.
    add(from, ref('table', table.name))
    for (const carrier of carriers(table, columns)) add(from, carrier)
    const { namespace, name: target } = unqualify(references.table)
    const parent = namespace === undefined ? tables.get(target) : undefined
    if (parent === undefined) continue
    add(from, ref('table', parent.name))
    for (const carrier of carriers(parent, references.columns)) add(from, carrier)
  }
}

/** The keys that begin with these columns: any one of them lets a foreign key be. */
export function carriers(table: Table, columns: readonly string[]): string[] {
  const begins = (names: readonly (string | undefined)[]): boolean => columns.every((name, at) => names[at] === name)
  const keys = table.indexes
    .filter(
      ({ keys: parts, method }) =>
        method === undefined &&
        begins(
          parts.map(({ column, extra }) => (shape<IndexKeyExtra>(extra).length === undefined ? column : undefined)),
        ),
    )
    .map(({ name }) => ref('index', table.name, name))
  const primary = table.constraints
    .filter(({ type, columns: names }) => type === 'primary key' && begins(names))
    .map(({ name }) => ref('constraint', table.name, name))
  return [...primary, ...keys]
}

const FROM = new Set(['from', 'join', 'straight_join', ','])

function view(object: SchemaObject, world: World, add: Add): void {
  const list = tokens(object.definition ?? '')
  const from = objectRef(object)
  const aliases = new Map<string, Table>()
  list.forEach((token, at) => {
    if (token.kind !== 'quoted' || isDotted(list, at)) return
    const name = nameOf(token)
    if (list[at + 1]?.text === '(') {
      const routine = world.objects.get(`function ${name}`)
      if (routine !== undefined) add(from, objectRef(routine))
      return
    }
    if (!inTablePosition(list, at)) return
    const table = world.tables.get(name)
    const other = world.objects.get(`view ${name}`) ?? world.objects.get(`sequence ${name}`)
    if (other !== undefined) add(from, objectRef(other))
    if (table === undefined) return
    add(from, ref('table', table.name))
    aliases.set(name, table)
    const alias = list[at + 1]?.text.toLowerCase() === 'as' ? list[at + 2] : list[at + 1]
    if (alias?.kind === 'quoted') aliases.set(nameOf(alias), table)
  })
  list.forEach((token, at) => {
    if (token.kind !== 'quoted' || list[at + 1]?.text !== '.' || list[at - 1]?.text === '.') return
    const table = aliases.get(nameOf(token))
    const column = list[at + 2]
    if (table === undefined || column?.kind !== 'quoted') return
    const name = nameOf(column)
    if (table.columns.some((each) => each.name === name)) add(from, ref('column', table.name, name))
  })
}

const isDotted = (list: readonly Token[], at: number): boolean =>
  list[at + 1]?.text === '.' || list[at - 1]?.text === '.'

/** Columns are always printed with their table: a name of one part behind FROM, JOIN, a comma or `(` is a table. */
function inTablePosition(list: readonly Token[], at: number): boolean {
  let before = at - 1
  while (list[before]?.text === '(') before--
  const word = list[before]?.text.toLowerCase() ?? ''
  return FROM.has(word)
}

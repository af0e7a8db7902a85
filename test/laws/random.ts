// Random schemas: small worlds full of dependencies, cycles and hostile names. Texts say what they need as `⟦ref⟧`, so that
// a test can tell from a schema alone whether everything in it has what it needs.
import fc from 'fast-check'
import { constraintRef } from '../../src/schema/identity.ts'
import { objectRef, qualify, ref } from '../../src/schema/names.ts'
import type { Column, Constraint, Dependency, Index, Schema, SchemaObject, Table } from '../../src/schema/schema.ts'

/** Marks a need inside a text. */
export const mark = (reference: string): string => `⟦${reference}⟧`

const marks = new Map<string, string[]>()
/** The refs marked in a text. */
export function marked(text: string | undefined): string[] {
  if (text === undefined) return []
  const known = marks.get(text) ?? [...text.matchAll(/⟦([^⟧]*)⟧/gu)].map(([, reference]) => reference ?? '')
  marks.set(text, known)
  return known
}

const TABLES = [
  'users',
  'orders',
  'people',
  qualify('log', 'audit'),
  qualify('a.b "c"'),
  qualify("x'; drop table y; --\n😀"),
  qualify('__proto__'),
]
const COLUMNS = ['id', 'name', 'ref', 'a.b', 'constructor', '"q" 😀']
const TYPES = ['integer', 'text', 'varchar(10)', 'mood', 'kind']
const FUNCTIONS = ['f1()', 'f2(integer)', 'f3(text, integer)']
const VIEWS = ['v1', 'v2', qualify('v.3'), 'people', qualify('v4', 'audit')]

/** A world is a few numbers: everything else follows from them. Fewer bits make a smaller world. */
export interface World {
  seed: number
  tables: number
  objects: number
  /** Probability, in percent, of optional parts. */
  density: number
  /** Second seed for a share (percent) of the choices: a relative of the world with the same first seed. */
  change: number
  share: number
}

/** Worlds for property tests. */
export const worlds: fc.Arbitrary<World> = fc.record({
  seed: fc.nat(),
  tables: fc.nat(127),
  objects: fc.nat(0xfffff),
  density: fc.integer({ min: 0, max: 70 }),
  change: fc.nat(),
  share: fc.constant(0),
})

/** Two worlds: most choices are the same in both, so that they differ here and there, or nearly everywhere. */
export const pairsOfWorlds: fc.Arbitrary<[World, World]> = fc
  .tuple(worlds, fc.record({ change: fc.nat(), share: fc.nat(100), tables: fc.nat(127), objects: fc.nat(0xfffff) }))
  .map(([world, other]) => [world, { ...world, ...other }])

function hash(seed: number, text: string): number {
  let value = seed ^ 0x9e3779b9
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193) + (value >>> 15)
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  return (value ^ (value >>> 13)) >>> 0
}

/** How names of constraints are given. */
export interface Style {
  /** Some constraints have no name. */
  unnamed: boolean
}

/** The schema of a world. Valid: everything has what it needs. */
export function schemaOf(world: World, style: Style): Schema {
  const pick = (key: string, count: number): number => {
    const changed = hash(world.change, `?${key}`) % 100 < world.share
    return hash(changed ? world.change : world.seed, key) % count
  }
  const chance = (key: string): boolean => pick(key, 100) < world.density
  const bit = (mask: number, at: number): boolean => ((mask >> at) & 1) === 1
  const takenNames = new Set<string>()
  /** A name nobody has yet, or undefined. */
  const free = (names: readonly string[], key: string): string | undefined => {
    const name = names[pick(key, names.length)] ?? ''
    if (takenNames.has(name)) return undefined
    takenNames.add(name)
    return name
  }

  const objects: SchemaObject[] = []
  const names = TABLES.filter((_, at) => bit(world.tables, at))
  for (const name of names) takenNames.add(name)
  const viewNames = VIEWS.filter((name, at) => bit(world.objects, at) && !takenNames.has(name))
  for (const name of viewNames) takenNames.add(name)
  if ([...names, ...viewNames].some((name) => name.startsWith('audit.')) || bit(world.objects, 5)) {
    objects.push({ type: 'namespace', name: 'audit' })
  }
  const enums = ['mood', 'kind'].filter((_, at) => bit(world.objects, 6 + at))
  for (const name of enums) {
    objects.push({ type: 'enum', name, values: ['sad', 'ok', "o'k"].slice(0, 1 + pick(`${name} values`, 3)) })
  }
  const sequences = ['s1', 's2'].filter((name, at) => bit(world.objects, 8 + at) && !takenNames.has(name))
  for (const name of sequences) {
    takenNames.add(name)
    objects.push({ type: 'sequence', name, ...(chance(`${name} comment`) && { comment: 'counts' }) })
  }
  const functions = FUNCTIONS.filter((_, at) => bit(world.objects, 10 + at))

  const call = (key: string): string => {
    const name = functions[pick(key, functions.length + 1)]
    return name === undefined ? '' : mark(ref('function', name))
  }
  const columnsOf = new Map<string, Column[]>()
  for (const table of names) columnsOf.set(table, columnsFor(table))

  function columnsFor(table: string): Column[] {
    const columns: Column[] = []
    const order = pick(`${table} order`, 3)
    for (const name of order === 1 ? COLUMNS.toReversed() : order === 2 ? [...COLUMNS].sort() : COLUMNS) {
      const key = `${table} ${name}`
      if (name !== 'id' && !chance(`${key} there`)) continue
      const wanted = TYPES[pick(`${key} type`, TYPES.length)] ?? 'text'
      const type = (wanted === 'mood' || wanted === 'kind') && !enums.includes(wanted) ? 'text' : wanted
      const sequence = sequences[pick(`${key} sequence`, sequences.length + 1)]
      const base: Column = { name, type, nullable: chance(`${key} null`), ...(chance(`${key} c`) && { comment: '"' }) }
      const reads = columns.filter((each) => each.generated === undefined)
      if (name !== 'id' && reads.length > 0 && chance(`${key} generated`)) {
        const source = reads[pick(`${key} source`, reads.length)]?.name ?? 'id'
        const expression = `g ${mark(ref('column', table, source))}${call(`${key} g`)}`
        columns.push({ ...base, generated: { expression, stored: true } })
      } else if (chance(`${key} default`)) {
        const text = sequence === undefined ? call(`${key} d`) : mark(ref('sequence', sequence))
        columns.push({ ...base, default: `d${pick(`${key} dd`, 2)} ${text}` })
      } else columns.push(base)
    }
    return columns
  }

  const keys = ['k1', 'k2', 'k3', 'k4', 'k5', 'k6', 'k7', 'k8'].map((name) => name)
  const tables: Table[] = names.map((name) => {
    const space = name.startsWith('audit.') ? 'audit.' : ''
    const columns = columnsOf.get(name) ?? []
    const column = (key: string): string => columns[pick(`${name} ${key}`, columns.length)]?.name ?? 'id'
    const constraints: Constraint[] = []
    const keyName = (key: string): string | undefined => {
      if (style.unnamed && chance(`${name} ${key} unnamed`)) return ''
      const free2 = free(
        keys.map((each) => space + each),
        `${name} ${key}`,
      )
      return free2?.slice(space.length)
    }
    const pk = keyName('pk')
    if (pk !== undefined && chance(`${name} pk`)) {
      const columns = chance(`${name} pk 2`) ? [...new Set(['id', column('pk c')])] : ['id']
      constraints.push({ name: pk, type: 'primary key', columns })
    }
    const unique = keyName('unique')
    if (unique !== undefined && chance(`${name} unique`)) {
      constraints.push({ name: unique, type: 'unique', columns: [column('unique c')] })
    }
    for (const check of ['c1', 'c2']) {
      if (!chance(`${name} ${check}`)) continue
      const read = column(`${check} c`)
      const expression = `c${pick(`${name} ${check} e`, 2)} ${mark(ref('column', name, read))}${call(`${name} ${check} f`)}`
      const own = style.unnamed && chance(`${name} ${check} unnamed`) ? '' : check
      constraints.push({ name: own, type: 'check', columns: [read], expression })
    }
    const indexes: Index[] = []
    for (const number of ['i', 'j', 'k']) {
      if (!chance(`${name} ${number}`)) continue
      const own = free(
        ['i1', 'i2', 'i3', 'i4', 'i5', 'i6'].map((each) => space + each),
        `${name} ${number} name`,
      )
      if (own === undefined) continue
      const read = column(`${number} c`)
      const expression = `e ${mark(ref('column', name, read))}${call(`${name} ${number} f`)}`
      indexes.push({
        name: own.slice(space.length),
        unique: chance(`${name} ${number} unique`),
        keys: [chance(`${name} ${number} expression`) ? { expression } : { column: read }],
        ...(chance(`${name} ${number} method`) && { method: 'hash' }),
      })
    }
    return {
      name,
      columns,
      constraints,
      indexes,
      ...(chance(`${name} comment`) && { comment: `about ${pick(`${name} comment text`, 3)}` }),
      ...(chance(`${name} extra`) && { extra: JSON.parse('{"__proto__":{"x":[1,null]},"k":"v"}') }),
    }
  })
  addForeignKeys(tables, style, pick, chance)

  for (const name of functions) {
    const needs = [
      ...tables
        .filter((table) => chance(`${name} reads ${table.name}`) && pick(`${name} ${table.name}`, 3) === 0)
        .map((table) => {
          const plain = table.columns.filter(({ generated }) => generated === undefined)
          const column = plain[pick(`${name} ${table.name} c`, plain.length * 2)]
          return column === undefined ? ref('table', table.name) : ref('column', table.name, column.name)
        }),
      ...enums.filter((each) => chance(`${name} ${each}`)).map((each) => ref('enum', each)),
    ]
    const earlier = functions.slice(0, functions.indexOf(name)).filter((each) => chance(`${name} calls ${each}`))
    const definition = `body ${pick(`${name} body`, 3)} ${[...needs, ...earlier.map((each) => ref('function', each))].map(mark).join('')}`
    objects.push({ type: 'function', name, definition })
  }
  const views: SchemaObject[] = []
  for (const name of viewNames) {
    const read = tables.filter((table) => chance(`${name} ${table.name}`))
    const definition = [
      `select ${pick(`${name} body`, 3)}`,
      ...read.flatMap((table) =>
        table.columns
          .filter((each) => chance(`${name} ${table.name} ${each.name}`))
          .map((each) => mark(ref('column', table.name, each.name))),
      ),
      ...read.map((table) => mark(ref('table', table.name))),
      ...views.filter((view) => chance(`${name} over ${view.name}`)).map((view) => mark(objectRef(view))),
      call(`${name} f`),
    ].join(' ')
    const type = chance(`${name} kind`) ? 'materialized view' : 'view'
    views.push({ type, name, definition, ...(chance(`${name} comment`) && { comment: 'seen' }) })
  }
  objects.push(...views)
  for (const [at, name] of ['t1', 'p"1'].entries()) {
    for (const home of [...tables, ...views]) {
      const key = `${home.name} ${name}`
      if (!bit(world.objects, 13 + at) || functions.length === 0 || !chance(key)) continue
      const columns = 'columns' in home ? home.columns.filter((each) => chance(`${key} ${each.name}`)) : []
      const definition = `on ${pick(key, 2)} ${call(`${key} f`)} ${columns.map((each) => mark(ref('column', home.name, each.name))).join('')}`
      objects.push({ type: at === 0 ? 'trigger' : 'policy', name, table: home.name, definition })
    }
  }
  for (const view of views) {
    const name = view.type === 'view' ? undefined : free(['i1', 'i2', 'i3', 'i4', 'i5', 'i6'], `${view.name} index`)
    if (name === undefined || view.name.startsWith('audit.')) continue
    objects.push({ type: 'index', name, table: view.name, definition: `over ${mark(objectRef(view))}` })
  }
  const schema: Schema = { tables, objects, dependencies: [] }
  return { ...schema, dependencies: dependenciesOf(schema) }
}

function addForeignKeys(
  tables: Table[],
  style: Style,
  pick: (key: string, count: number) => number,
  chance: (key: string) => boolean,
): void {
  for (const table of tables) {
    for (const name of ['fk1', 'fk2', 'fk3']) {
      const key = `${table.name} ${name}`
      const target = tables[pick(`${key} target`, tables.length)]
      const targets = target?.constraints.filter(({ type, columns }) => isKey(type) && columns.length === 1) ?? []
      const unique = targets[pick(`${key} key`, targets.length)]
      const column = table.columns[pick(`${key} column`, table.columns.length)]
      if (!chance(key) || target === undefined || unique === undefined || column === undefined) continue
      table.constraints.push({
        name: style.unnamed && chance(`${key} unnamed`) ? '' : name,
        type: 'foreign key',
        columns: [column.name],
        references: {
          table: target.name,
          columns: unique.columns,
          ...(chance(`${key} action`) && { onDelete: 'cascade' as const }),
        },
      })
    }
    // Two constraints of the same shape and no name cannot be told apart: an engine would keep one.
    const seen = new Set<string>()
    table.constraints = table.constraints.filter((each) => {
      const own = constraintRef(table.name, each)
      return !seen.has(own) && seen.add(own)
    })
  }
}

const isKey = (type: Constraint['type']): boolean => type === 'primary key' || type === 'unique'

/** What a catalog would say: everything the texts and types name. */
function dependenciesOf(schema: Schema): Dependency[] {
  const enums = new Set(schema.objects.filter(({ type }) => type === 'enum').map(({ name }) => name))
  return [...needsOf(schema)].flatMap(([from, needs]) =>
    needs
      .filter((to) => to !== from && (!to.startsWith('enum ') || enums.has(to.slice(5))))
      .map((to) => ({ from, to })),
  )
}

/** What each thing needs, by its texts and types alone. */
export const needsOf = (schema: Schema): Map<string, readonly string[]> =>
  new Map([...schema.tables.flatMap(needsOfTable), ...schema.objects.map(needsOfObject)])

type Needs = readonly [reference: string, needs: readonly string[]]

// Tables and objects are never changed in place, so what was read from one once holds for good.
const remembered = new WeakMap<Table | SchemaObject, readonly Needs[]>()
function remember<T extends Table | SchemaObject>(thing: T, read: (thing: T) => readonly Needs[]): readonly Needs[] {
  const known = remembered.get(thing) ?? read(thing)
  remembered.set(thing, known)
  return known
}

/** Every part of a table with what it needs. */
export const needsOfTable = (table: Table): readonly Needs[] =>
  remember(table, ({ name, columns, constraints, indexes }) => [
    [ref('table', name), []],
    ...columns.map((column): Needs => {
      const type = column.type === 'mood' || column.type === 'kind' ? [ref('enum', column.type)] : []
      const texts = [...marked(column.default), ...marked(column.generated?.expression)]
      return [ref('column', name, column.name), [...type, ...texts]]
    }),
    ...constraints.map((each): Needs => [constraintRef(name, each), marked(each.expression)]),
    ...indexes.map(
      (each): Needs => [ref('index', name, each.name), each.keys.flatMap((key) => marked(key.expression))],
    ),
  ])

/** An object with what it needs. */
export const needsOfObject = (object: SchemaObject): Needs =>
  remember(object, (each) => [[objectRef(each), marked(each.definition)]])[0] ?? [objectRef(object), []]

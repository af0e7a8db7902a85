// Views and materialized views, and the indexes of the latter.
import type { SchemaObject } from '../../../../schema/schema.ts'
import { identifier } from '../../quote.ts'
import type { ViewExtra } from '../../shapes.ts'
import { comment } from '../comments.ts'
import { type Context, type Draft, statement } from '../draft.ts'
import { EXCLUSIVE, NONE } from '../facts.ts'
import { named } from '../names.ts'
import { assignments, optionChanges, withOptions } from '../options.ts'
import { both, noteRights, putRightsBack, thingsOf } from '../rights.ts'
import { objectExtra, same } from '../shape.ts'
import { renameRelation } from '../tables.ts'
import { definitionOf } from './definitions.ts'
import { type Family, objectComment, plainDrop, sameBut } from './family.ts'

const viewExtra = (object: SchemaObject): ViewExtra => objectExtra(object)
type ViewColumn = ViewExtra['columns'][number]

function createView(object: SchemaObject, words: string): Draft[] {
  const extra = viewExtra(object)
  const names = extra.columns.map(({ name }) => identifier(name)).join(', ')
  const list = names === '' ? '' : ` (${names})`
  return [
    statement(
      `${words} ${named(object.name)}${list}${withOptions(assignments(extra.options))} as\n${definitionOf(object)}`,
      words === 'create view' ? NONE : EXCLUSIVE,
    ),
  ]
}

// Defaults and comments of columns, which no definition holds.
function columnFacets(object: SchemaObject, to: readonly ViewColumn[], from: readonly ViewColumn[] = []): Draft[] {
  const old = new Map(from.map((column) => [column.name, column]))
  const name = named(object.name)
  return to.flatMap((column) => {
    const was = old.get(column.name)
    const own = identifier(column.name)
    const byDefault = column.default === undefined ? 'drop default' : `set default ${column.default}`
    return [
      ...(column.default === was?.default
        ? []
        : [statement(`alter ${object.type} ${name} alter column ${own} ${byDefault}`, EXCLUSIVE)]),
      ...comment(`column ${name}.${own}`, column.comment, was?.comment),
    ]
  })
}

// CREATE OR REPLACE VIEW may only add columns at the end.
function keepsColumns(from: SchemaObject, to: SchemaObject): boolean {
  const shape = (object: SchemaObject): unknown[] => viewExtra(object).columns.map(({ name, type }) => [name, type])
  const [old, next] = [shape(from), shape(to)]
  return old.length <= next.length && same(old, next.slice(0, old.length))
}

/** Views: replaced where the old columns stay, otherwise dropped and made. */
export const viewFamily: Family = {
  create: (object) => [
    ...createView(object, 'create view'),
    ...columnFacets(object, viewExtra(object).columns),
    ...objectComment(object, object.comment),
  ],
  drop: plainDrop,
  alter(from, to) {
    const [before, after] = [viewExtra(from), viewExtra(to)]
    if (!keepsColumns(from, to)) return anew(from, to)
    const replaced = from.definition !== to.definition || before.columns.length !== after.columns.length
    const changes = replaced
      ? createView(to, 'create or replace view')
      : optionChanges(before.options, after.options).map((change) =>
          statement(`alter view ${named(to.name)} ${change}`, EXCLUSIVE),
        )
    return [
      ...changes,
      ...columnFacets(to, after.columns, before.columns),
      ...objectComment(to, to.comment, from.comment),
    ]
  },
  rename: ({ from, to }) => renameRelation(from, to, 'view'),
  // Columns at its end come in place. The way back makes it anew.
  inPlace: (from, to) => keepsColumns(from, to) || keepsColumns(to, from),
  disturbs: (from, to) => !keepsColumns(from, to) || !keepsColumns(to, from),
}

function anew(from: SchemaObject, to: SchemaObject): Draft[] {
  const things = both(thingsOf(from), thingsOf(to))
  return [
    ...noteRights(things),
    ...plainDrop(from),
    ...createView(to, 'create view'),
    ...columnFacets(to, viewExtra(to).columns),
    ...objectComment(to, to.comment),
    ...putRightsBack(things),
  ]
}

// One that is made anew and held data holds data again: whoever reads it would be refused otherwise. The database itself
// says it best: it may have been filled since.
function heldData({ type, name }: SchemaObject, { operations, position, before }: Context): boolean {
  const isSame = (each: SchemaObject): boolean => each.type === type && each.name === name
  const found = before?.objects.find(isSame)
  return operations
    .slice(0, position)
    .some(
      (each) =>
        each.kind === 'dropObject' && isSame(each.object) && viewExtra(found ?? each.object).unpopulated !== true,
    )
}

/** Materialized views: storage and comments change in place, the query does not. */
export const materializedFamily: Family = {
  create(object, context) {
    const extra = viewExtra(object)
    const names = extra.columns.map(({ name }) => identifier(name)).join(', ')
    const parts = [
      `create materialized view ${named(object.name)}${names === '' ? '' : ` (${names})`}`,
      ...(extra.method === undefined ? [] : [`using ${identifier(extra.method)}`]),
      ...(extra.options === undefined ? [] : [withOptions(assignments(extra.options)).trim()]),
      ...(extra.tablespace === undefined ? [] : [`tablespace ${identifier(extra.tablespace)}`]),
      `as\n${definitionOf(object)}`,
      ...(extra.unpopulated && !heldData(object, context) ? ['\nwith no data'] : []),
    ]
    return [
      statement(parts.join(' '), { scans: true }),
      ...extra.columns.flatMap((column) =>
        comment(`column ${named(object.name)}.${identifier(column.name)}`, column.comment),
      ),
      ...objectComment(object, object.comment),
    ]
  },
  drop: plainDrop,
  alter(from, to) {
    const [before, after] = [viewExtra(from), viewExtra(to)]
    const alter = (sql: string): Draft => statement(`alter materialized view ${named(to.name)} ${sql}`, EXCLUSIVE)
    const old = new Map(before.columns.map((column) => [column.name, column]))
    return [
      ...optionChanges(before.options, after.options).map(alter),
      ...(before.tablespace === after.tablespace
        ? []
        : [alter(`set tablespace ${identifier(after.tablespace ?? 'pg_default')}`)]),
      ...(before.method === after.method ? [] : [alter(`set access method ${identifier(after.method ?? 'heap')}`)]),
      ...after.columns.flatMap(({ name, comment: text }) =>
        comment(`column ${named(to.name)}.${identifier(name)}`, text, old.get(name)?.comment),
      ),
      ...objectComment(to, to.comment, from.comment),
    ]
  },
  rename: ({ from, to }) => renameRelation(from, to, 'materialized view'),
  inPlace(from, to) {
    const shape = (object: SchemaObject): unknown[] => viewExtra(object).columns.map(({ name, type }) => [name, type])
    return (
      sameBut(from, to, 'options', 'tablespace', 'method', 'unpopulated', 'columns') && same(shape(from), shape(to))
    )
  },
}

// Indexes of materialized views and extended statistics: the server's own text, and a little that changes in place.
import type { SchemaObject } from '../../../../schema/schema.ts'
import { identifier } from '../../quote.ts'
import type { StatisticsExtra } from '../../shapes.ts'
import { statement } from '../draft.ts'
import { INDEX_BUILD, NONE, QUIET } from '../facts.ts'
import { beside, named } from '../names.ts'
import { objectExtra } from '../shape.ts'
import { definitionOf } from './definitions.ts'
import { type Family, objectComment, plainDrop, plainRename, sameBut } from './family.ts'

/** Indexes of materialized views. */
export const matviewIndexFamily: Family = {
  create: (object) => [statement(definitionOf(object), INDEX_BUILD), ...objectComment(object, object.comment)],
  drop: plainDrop,
  alter: (from, to) => objectComment(to, to.comment, from.comment),
  rename: ({ from, to, table }) => [
    statement(`alter index ${beside(table ?? '', from)} rename to ${identifier(to)}`, QUIET),
  ],
  inPlace: (from, to) => sameBut(from, to),
}

const targetOf = (object: SchemaObject): number | undefined => objectExtra<StatisticsExtra>(object).target

/** Extended statistics: target and comment change in place. */
export const statisticsFamily: Family = {
  create: (object) => [
    statement(definitionOf(object), QUIET),
    ...(targetOf(object) === undefined
      ? []
      : [statement(`alter statistics ${named(object.name)} set statistics ${targetOf(object)}`, QUIET)]),
    ...objectComment(object, object.comment),
  ],
  drop: plainDrop,
  alter: (from, to) => [
    ...(targetOf(from) === targetOf(to)
      ? []
      : [statement(`alter statistics ${named(to.name)} set statistics ${targetOf(to) ?? -1}`, NONE)]),
    ...objectComment(to, to.comment, from.comment),
  ],
  rename: ({ from, to }) => plainRename('statistics', from, to),
  inPlace: (from, to) => sameBut(from, to, 'target'),
}

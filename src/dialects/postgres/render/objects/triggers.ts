// Triggers, rules and event triggers, and whether they fire.
import type { SchemaObject } from '../../../../schema/schema.ts'
import { identifier } from '../../quote.ts'
import type { EnabledExtra } from '../../shapes.ts'
import { type Draft, statement } from '../draft.ts'
import { EXCLUSIVE, NONE, WRITERS_WAIT } from '../facts.ts'
import { named } from '../names.ts'
import { objectExtra } from '../shape.ts'
import { definitionOf } from './definitions.ts'
import { bareRename, type Family, objectComment, plainDrop } from './family.ts'

const enabledExtra = (object: SchemaObject): EnabledExtra => objectExtra(object)

const STATES = { disabled: 'disable', replica: 'enable replica', always: 'enable always' } as const

function enabled(object: SchemaObject, from?: SchemaObject): Draft[] {
  const state = enabledExtra(object).enabled
  if (state === (from === undefined ? undefined : enabledExtra(from).enabled)) return []
  const words = state === undefined ? 'enable' : STATES[state]
  const name = identifier(object.name)
  return object.table === undefined
    ? [statement(`alter event trigger ${name} ${words}`, NONE)]
    : [statement(`alter table ${named(object.table)} ${words} ${object.type} ${name}`, WRITERS_WAIT)]
}

// OR REPLACE leaves no moment without the trigger. A replaced one fires again, whatever it did before.
const replacing = (object: SchemaObject): string =>
  definitionOf(object).replace(/^CREATE (?:OR REPLACE )?(?=TRIGGER|RULE)/u, 'create or replace ')

const placed = (type: string): Family => ({
  create: (object) => [
    statement(definitionOf(object).replace(/;\s*$/u, ''), WRITERS_WAIT),
    ...enabled(object),
    ...objectComment(object, object.comment),
  ],
  drop: plainDrop,
  alter: (from, to) => [
    ...(from.definition === to.definition
      ? enabled(to, from)
      : [
          statement(replacing(to).replace(/;\s*$/u, ''), type === 'rule' ? EXCLUSIVE : WRITERS_WAIT),
          // A rule that is replaced keeps its state, a trigger fires again.
          ...enabled(to, type === 'rule' ? from : undefined),
        ]),
    ...objectComment(to, to.comment, from.comment),
  ],
  rename: ({ from, to, table }) => [
    statement(`alter ${type} ${identifier(from)} on ${named(table ?? '')} rename to ${identifier(to)}`, EXCLUSIVE),
  ],
  inPlace: () => true,
})

/** Triggers: replaced in place; constraint triggers are dropped and made. */
export const triggerFamily: Family = {
  ...placed('trigger'),
  inPlace: (from, to) =>
    from.definition === to.definition ||
    ![from, to].some((object) => /^CREATE CONSTRAINT/u.test(object.definition ?? '')),
}

/** Rules: replaced in place. */
export const ruleFamily: Family = placed('rule')

/** Event triggers: only whether they fire, and the comment, change in place. */
export const eventTriggerFamily: Family = {
  create: (object) => [
    statement(definitionOf(object), NONE),
    ...enabled(object),
    ...objectComment(object, object.comment),
  ],
  drop: plainDrop,
  alter: (from, to) => [...enabled(to, from), ...objectComment(to, to.comment, from.comment)],
  rename: ({ from, to }) => bareRename('event trigger', from, to),
  inPlace: (from, to) => from.definition === to.definition,
}

// Columns that number themselves: on, off, from a serial to an identity column and back, with the counter kept.

import { qualify, unqualify } from '../../../schema/names.ts'
import type { Column } from '../../../schema/schema.ts'
import { identifier, literal } from '../quote.ts'
import {
  continueAfterRows,
  freedSequence,
  identityText,
  impliedType,
  makeSequence,
  nextval,
  sequenceOf,
} from './column-text.ts'
import { type Context, clause, type Draft, PHASE, statement } from './draft.ts'
import { EXCLUSIVE, NONE } from './facts.ts'
import { named, ownName } from './names.ts'
import { alterSequence, explicitRange, isNarrower, ownedBy } from './sequences.ts'
import { same, sequenceOptions } from './shape.ts'
import { renameRelation } from './tables.ts'

/** What has to happen before and after the column's type, NOT NULL and default change. */
export interface Numbering {
  before: Draft[]
  after: Draft[]
}

type Kind = 'none' | 'serial' | 'identity'

/** How a column gets its numbers. */
export function numbering({ identity }: Column): Kind {
  if (identity === undefined) return 'none'
  return identity.kind === 'serial' ? 'serial' : 'identity'
}

/** Leads from one way of numbering to another. Existing rows keep their numbers, and the counter goes on after them. */
export function changeNumbering(table: string, from: Column, to: Column, context: Context): Numbering {
  const change = `${numbering(from)} ${numbering(to)}` as const
  const alter = (phase: (typeof PHASE)[keyof typeof PHASE], sql: string): Draft =>
    clause(`alter table ${named(table)}`, phase, `alter column ${identifier(to.name)} ${sql}`, EXCLUSIVE)
  const [old, next] = [sequenceOf(table, from), sequenceOf(table, to)]
  const [oldOptions, nextOptions] = [sequenceOptions(from.identity ?? {}), sequenceOptions(to.identity ?? {})]
  const owner = { table, column: to.name }
  switch (change) {
    case 'none none':
      return { before: [], after: [] }
    case 'none serial':
      return {
        before: [],
        after: [
          ...makeSequence(table, to, context),
          ownedBy(next, owner),
          ...(freedSequence(next, context) === undefined ? [continueAfterRows(table, to)] : []),
          alter(PHASE.other, `set default ${nextval(next)}`),
        ],
      }
    case 'none identity':
      return {
        before: [],
        after: [alter(PHASE.other, `add ${identityText(table, to)}`), continueAfterRows(table, to)],
      }
    case 'serial none':
      return {
        // A sequence that stays as an object of its own is let go by that object's operation.
        before: [
          alter(PHASE.drop, 'drop default'),
          ...(becomesObject(old, context) ? [] : [statement(`drop sequence ${named(old)}`, NONE)]),
        ],
        after: [],
      }
    case 'identity none':
      return { before: [alter(PHASE.drop, 'drop identity')], after: [] }
    case 'serial serial':
    case 'identity identity': {
      const kinds = from.identity?.kind === to.identity?.kind
      const kind = to.identity?.kind === 'always' ? 'always' : 'by default'
      // The sequence of an identity column follows the column's type by itself; that of a serial column does not.
      const [fromIdentity, toType] = [impliedType(from.type), impliedType(to.type)]
      const fromType = numbering(to) === 'serial' ? fromIdentity : toType
      // An identity column cannot take a type that its sequence's range does not fit: the range goes first then.
      const first =
        numbering(to) === 'identity' && isNarrower(fromIdentity, toType) && !same(oldOptions, {})
          ? explicitRange(nextOptions, toType)
          : undefined
      return {
        before: first === undefined ? [] : alterSequence(old, oldOptions, first, fromIdentity),
        after: [
          ...(kinds ? [] : [alter(PHASE.other, `set generated ${kind}`)]),
          ...(old === next ? [] : renameRelation(old, next, 'sequence', NONE)),
          ...(first === undefined ? alterSequence(next, oldOptions, nextOptions, fromType, toType) : []),
        ],
      }
    }
    case 'serial identity': {
      const aside = asideName(old)
      return {
        before: [
          alter(PHASE.drop, 'drop default'),
          ownedBy(old, null),
          ...renameRelation(old, aside, 'sequence', NONE),
        ],
        after: [
          alter(PHASE.other, `add ${identityText(table, to)}`),
          carryOver(aside, next),
          statement(`drop sequence ${named(aside)}`, NONE),
        ],
      }
    }
    case 'identity serial': {
      const aside = asideName(next)
      return {
        before: [],
        after: [
          ...makeSequence(table, to, context, aside),
          carryOver(old, aside),
          alter(PHASE.drop, 'drop identity'),
          ...renameRelation(aside, next, 'sequence', NONE),
          alter(PHASE.other, `set default ${nextval(next)}`),
          ownedBy(next, owner),
        ],
      }
    }
  }
}

const carryOver = (from: string, to: string): Draft =>
  statement(`select pg_catalog.setval(${literal(named(to))}, last_value, is_called) from ${named(from)}`, NONE, {
    note: 'Numbering goes on where the old sequence stood.',
  })

// Long enough to meet no other name, short enough for 63 bytes.
function asideName(sequence: string): string {
  const { namespace } = unqualify(sequence)
  const own = Buffer.from(ownName(sequence))
    .subarray(0, 48)
    .toString('utf8')
    .replace(/\uFFFD+$/u, '')
  return qualify(`godwit_${own}_old`, namespace)
}

const becomesObject = (sequence: string, { operations }: Context): boolean =>
  operations.some(
    (operation) =>
      operation.kind === 'createObject' &&
      operation.object.type === 'sequence' &&
      named(operation.object.name) === named(sequence),
  )

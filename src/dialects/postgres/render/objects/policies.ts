// Row security policies.

import type { SchemaObject } from '../../../../schema/schema.ts'
import { identifier } from '../../quote.ts'
import type { PolicyExtra } from '../../shapes.ts'
import { bracketed } from '../brackets.ts'
import { statement } from '../draft.ts'
import { EXCLUSIVE } from '../facts.ts'
import { named, role } from '../names.ts'
import { objectExtra, same } from '../shape.ts'
import { type Family, objectComment, plainDrop } from './family.ts'

const policyExtra = (object: SchemaObject): PolicyExtra => objectExtra(object)
const place = (object: SchemaObject): string => `${identifier(object.name)} on ${named(object.table ?? '')}`
const roles = ({ roles: list }: PolicyExtra): string => (list ?? ['public']).map(role).join(', ')

/** Policies: roles and conditions change in place; another command, or a condition that goes, is a new policy. */
export const policyFamily: Family = {
  create(object) {
    const extra = policyExtra(object)
    const parts = [`create policy ${place(object)}`]
    if (extra.restrictive) parts.push('as restrictive')
    if (extra.command !== undefined) parts.push(`for ${extra.command}`)
    if (extra.roles !== undefined) parts.push(`to ${roles(extra)}`)
    if (extra.using !== undefined) parts.push(`using ${bracketed(extra.using)}`)
    if (extra.check !== undefined) parts.push(`with check ${bracketed(extra.check)}`)
    return [statement(parts.join(' '), EXCLUSIVE), ...objectComment(object, object.comment)]
  },
  drop: plainDrop,
  alter(from, to) {
    const [before, after] = [policyExtra(from), policyExtra(to)]
    const parts = [
      ...(same(before.roles, after.roles) ? [] : [`to ${roles(after)}`]),
      ...(before.using === after.using ? [] : [`using ${bracketed(after.using ?? 'true')}`]),
      ...(before.check === after.check ? [] : [`with check ${bracketed(after.check ?? 'true')}`]),
    ]
    return [
      ...(parts.length === 0 ? [] : [statement(`alter policy ${place(to)} ${parts.join(' ')}`, EXCLUSIVE)]),
      ...objectComment(to, to.comment, from.comment),
    ]
  },
  rename: ({ from, to, table }) => [
    statement(`alter policy ${identifier(from)} on ${named(table ?? '')} rename to ${identifier(to)}`, EXCLUSIVE),
  ],
  inPlace(from, to) {
    const [before, after] = [policyExtra(from), policyExtra(to)]
    const kept = (a: string | undefined, b: string | undefined): boolean => a === undefined || b !== undefined
    return (
      before.command === after.command &&
      before.restrictive === after.restrictive &&
      kept(before.using, after.using) &&
      kept(before.check, after.check)
    )
  },
}

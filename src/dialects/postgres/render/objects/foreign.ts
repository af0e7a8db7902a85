// Foreign data wrappers, servers and user mappings.
import type { SchemaObject } from '../../../../schema/schema.ts'
import { identifier, literal, qualified } from '../../quote.ts'
import type { ServerExtra, UserMappingExtra, WrapperExtra } from '../../shapes.ts'
import { type Draft, statement } from '../draft.ts'
import { NONE } from '../facts.ts'
import { role } from '../names.ts'
import { foreignOptionChanges, foreignOptions } from '../options.ts'
import { objectExtra } from '../shape.ts'
import { bareRename, type Family, objectComment, plainDrop, sameBut } from './family.ts'

const optionDrafts = (what: string, from: SchemaObject, to: SchemaObject): Draft[] => {
  const [before, after]: ServerExtra[] = [objectExtra<ServerExtra>(from), objectExtra<ServerExtra>(to)]
  const changes = foreignOptionChanges(before?.options, after?.options)
  return changes === undefined ? [] : [statement(`alter ${what} ${changes}`, NONE)]
}

/** Wrappers: options change in place. */
export const wrapperFamily: Family = {
  create(object) {
    const extra: WrapperExtra = objectExtra(object)
    const parts = [`create foreign data wrapper ${identifier(object.name)}`]
    if (extra.handler !== undefined) parts.push(`handler ${qualified(extra.handler)}`)
    if (extra.validator !== undefined) parts.push(`validator ${qualified(extra.validator)}`)
    return [
      statement(`${parts.join(' ')}${foreignOptions(extra.options)}`, NONE),
      ...objectComment(object, object.comment),
    ]
  },
  drop: plainDrop,
  alter: (from, to) => [
    ...optionDrafts(`foreign data wrapper ${identifier(to.name)}`, from, to),
    ...objectComment(to, to.comment, from.comment),
  ],
  rename: ({ from, to }) => bareRename('foreign data wrapper', from, to),
  inPlace: (from, to) => sameBut(from, to, 'options'),
}

/** Servers: options and version change in place. */
export const serverFamily: Family = {
  create(object) {
    const extra: ServerExtra = objectExtra(object)
    const parts = [`create server ${identifier(object.name)}`]
    if (extra.type !== undefined) parts.push(`type ${literal(extra.type)}`)
    if (extra.version !== undefined) parts.push(`version ${literal(extra.version)}`)
    parts.push(`foreign data wrapper ${identifier(extra.wrapper)}`)
    return [
      statement(`${parts.join(' ')}${foreignOptions(extra.options)}`, NONE),
      ...objectComment(object, object.comment),
    ]
  },
  drop: plainDrop,
  alter(from, to) {
    const [before, after]: [ServerExtra, ServerExtra] = [objectExtra(from), objectExtra(to)]
    const version = `alter server ${identifier(to.name)} version ${literal(after.version ?? null)}`
    return [
      ...(before.version === after.version ? [] : [statement(version, NONE)]),
      ...optionDrafts(`server ${identifier(to.name)}`, from, to),
      ...objectComment(to, to.comment, from.comment),
    ]
  },
  rename: ({ from, to }) => bareRename('server', from, to),
  inPlace: (from, to) => sameBut(from, to, 'options', 'version'),
}

const mapping = (object: SchemaObject): string => {
  const { user, server }: UserMappingExtra = objectExtra(object)
  return `user mapping for ${role(user)} server ${identifier(server)}`
}

/** User mappings: options change in place. */
export const userMappingFamily: Family = {
  create(object) {
    const extra: UserMappingExtra = objectExtra(object)
    return [statement(`create ${mapping(object)}${foreignOptions(extra.options)}`, NONE)]
  },
  drop: (object) => [statement(`drop ${mapping(object)}`, NONE)],
  alter: (from, to) => optionDrafts(mapping(to), from, to),
  rename: () => [],
  inPlace: (from, to) => sameBut(from, to, 'options'),
}

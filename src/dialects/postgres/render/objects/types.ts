// Enums, domains, composite and range types, collations.

import type { SchemaObject } from '../../../../schema/schema.ts'
import { identifier, literal, qualified } from '../../quote.ts'
import type { CollationExtra, CompositeExtra, DomainExtra, RangeExtra } from '../../shapes.ts'
import { bracketed } from '../brackets.ts'
import { comment } from '../comments.ts'
import { type Context, type Draft, statement } from '../draft.ts'
import { EXCLUSIVE_SCAN, NONE } from '../facts.ts'
import { named } from '../names.ts'
import { objectExtra, same } from '../shape.ts'
import { addedValues, createEnum, rebuildEnum } from './enums.ts'
import { type Family, objectComment, plainDrop, plainRename, sameBut } from './family.ts'
import { rebuild } from './rebuild.ts'

/** Enums: values are added in place; where one goes or moves, the type is made anew. */
export const enumFamily: Family = {
  create: createEnum,
  drop: plainDrop,
  alter(from, to, context) {
    const added = addedValues(from, to, context)
    if (added === undefined) return rebuildEnum(from, to, context)
    return [...added, ...objectComment(to, to.comment, from.comment)]
  },
  rename: ({ from, to }) => plainRename('enum', from, to),
  inPlace: () => true,
  needsSchema: (from, to) => !isSubsequence(from.values ?? [], to.values ?? []),
}

const isSubsequence = (part: readonly string[], whole: readonly string[]): boolean => {
  let at = 0
  for (const value of whole) if (value === part[at]) at++
  return at === part.length
}

const domainExtra = (object: SchemaObject): DomainExtra => objectExtra(object)

const domainFamilyParts = {
  create(object: SchemaObject): Draft[] {
    const extra = domainExtra(object)
    const checks = extra.checks ?? []
    const parts = [`create domain ${named(object.name)} as ${extra.base}`]
    if (extra.collation !== undefined) parts.push(`collate ${qualified(extra.collation)}`)
    if (extra.default !== undefined) parts.push(`default ${extra.default}`)
    if (extra.notNull) parts.push('not null')
    for (const { name, expression } of checks.filter(({ notValid }) => !notValid)) {
      parts.push(`constraint ${identifier(name)} check ${bracketed(expression)}`)
    }
    return [
      statement(parts.join(' '), NONE),
      ...checks.filter(({ notValid }) => notValid).map((check) => addCheck(object, check)),
      ...objectComment(object, object.comment),
      ...checks.flatMap((check) => checkComment(object, check.name, check.comment)),
    ]
  },
}

type Check = NonNullable<DomainExtra['checks']>[number]

const addCheck = ({ name }: SchemaObject, check: Check): Draft =>
  statement(
    `alter domain ${named(name)} add constraint ${identifier(check.name)} check ${bracketed(check.expression)}${check.notValid ? ' not valid' : ''}`,
    check.notValid ? NONE : { lock: 'SHARE', scans: true, blocksWrites: true },
  )

const checkComment = ({ name }: SchemaObject, check: string, to?: string, from?: string): Draft[] =>
  comment(`constraint ${identifier(check)} on domain ${named(name)}`, to, from)

function alterDomain(from: SchemaObject, to: SchemaObject): Draft[] {
  const [before, after] = [domainExtra(from), domainExtra(to)]
  const target = `alter domain ${named(to.name)}`
  const scan = { lock: 'SHARE', scans: true, blocksWrites: true }
  const drafts: Draft[] = []
  const old = new Map((before.checks ?? []).map((check) => [check.name, check]))
  const next = new Map((after.checks ?? []).map((check) => [check.name, check]))
  const kept = (name: string): boolean => {
    const [a, b] = [old.get(name), next.get(name)]
    return a !== undefined && b !== undefined && a.expression === b.expression && !(b.notValid && !a.notValid)
  }
  for (const name of old.keys()) {
    if (!kept(name)) drafts.push(statement(`${target} drop constraint ${identifier(name)}`, NONE))
  }
  if (before.default !== after.default) {
    drafts.push(
      statement(`${target} ${after.default === undefined ? 'drop default' : `set default ${after.default}`}`, NONE),
    )
  }
  if (before.notNull !== after.notNull) {
    drafts.push(statement(`${target} ${after.notNull ? 'set' : 'drop'} not null`, after.notNull ? scan : NONE))
  }
  for (const [name, check] of next) {
    const was = old.get(name)
    if (!kept(name)) drafts.push(addCheck(to, check), ...checkComment(to, name, check.comment))
    else {
      if (was?.notValid && !check.notValid) {
        drafts.push(statement(`${target} validate constraint ${identifier(name)}`, scan))
      }
      drafts.push(...checkComment(to, name, check.comment, was?.comment))
    }
  }
  return [...drafts, ...objectComment(to, to.comment, from.comment)]
}

const baseChanges = (from: SchemaObject, to: SchemaObject): boolean =>
  domainExtra(from).base !== domainExtra(to).base || domainExtra(from).collation !== domainExtra(to).collation

/** Domains: everything but the base type changes in place; for another base the domain is made anew. */
export const domainFamily: Family = {
  create: domainFamilyParts.create,
  drop: plainDrop,
  alter(from, to, context) {
    if (!baseChanges(from, to)) return alterDomain(from, to)
    return rebuild(from, to, context, throughText)
  },
  rename: ({ from, to }) => plainRename('domain', from, to),
  inPlace: () => true,
  needsSchema: baseChanges,
}

const throughText = (column: string, type: string, array: boolean): string =>
  `${column}::text${array ? '[]' : ''}::${type}`

const compositeExtra = (object: SchemaObject): CompositeExtra => objectExtra(object)

const attributeText = ({ name, type, collation }: CompositeExtra['attributes'][number]): string =>
  `${identifier(name)} ${type}${collation === undefined ? '' : ` collate ${qualified(collation)}`}`

function alterComposite(from: SchemaObject, to: SchemaObject): Draft[] {
  const target = `alter type ${named(to.name)}`
  const old = new Map(compositeExtra(from).attributes.map((attribute) => [attribute.name, attribute]))
  const next = new Map(compositeExtra(to).attributes.map((attribute) => [attribute.name, attribute]))
  const changed = (a: { type: string; collation?: string }, b: { type: string; collation?: string }): boolean =>
    a.type !== b.type || a.collation !== b.collation
  const clauses = [
    ...[...old.keys()].filter((name) => !next.has(name)).map((name) => `drop attribute ${identifier(name)}`),
    ...[...next.values()].flatMap((attribute) => {
      const was = old.get(attribute.name)
      if (was === undefined) return [`add attribute ${attributeText(attribute)}`]
      if (!changed(was, attribute)) return []
      const collation = attribute.collation === undefined ? '' : ` collate ${qualified(attribute.collation)}`
      return [`alter attribute ${identifier(attribute.name)} type ${attribute.type}${collation}`]
    }),
  ]
  return [
    ...(clauses.length === 0 ? [] : [statement(`${target} ${clauses.join(', ')}`, EXCLUSIVE_SCAN)]),
    ...[...next.values()].flatMap(({ name, comment: text }) =>
      attributeComment(to, name, text, old.get(name)?.comment),
    ),
    ...objectComment(to, to.comment, from.comment),
  ]
}

const attributeComment = ({ name }: SchemaObject, attribute: string, to?: string, from?: string): Draft[] =>
  comment(`column ${named(name)}.${identifier(attribute)}`, to, from)

// The order of attributes is part of what a composite value is; ALTER TYPE only adds at the end.
function attributesStayInOrder(from: SchemaObject, to: SchemaObject): boolean {
  const names = (object: SchemaObject): string[] => compositeExtra(object).attributes.map(({ name }) => name)
  const [old, next] = [names(from), names(to)]
  const kept = old.filter((name) => next.includes(name))
  return same(next.slice(0, kept.length), kept)
}

function attributeTypesChange(from: SchemaObject, to: SchemaObject): boolean {
  const old = new Map(compositeExtra(from).attributes.map((attribute) => [attribute.name, attribute]))
  return compositeExtra(to).attributes.some(({ name, type }) => old.has(name) && old.get(name)?.type !== type)
}

/** Composite types: attributes come and go in place; where one changes its type or place, the type is made anew. */
export const compositeFamily: Family = {
  create: (object) => [
    statement(
      `create type ${named(object.name)} as (${compositeExtra(object).attributes.map(attributeText).join(', ')})`,
      NONE,
    ),
    ...objectComment(object, object.comment),
    ...compositeExtra(object).attributes.flatMap(({ name, comment: text }) => attributeComment(object, name, text)),
  ],
  drop: plainDrop,
  alter(from, to, context) {
    if (!compositeNeedsRebuild(from, to)) return alterComposite(from, to)
    return rebuildComposite(from, to, context)
  },
  rename: ({ from, to }) => plainRename('composite', from, to),
  inPlace: () => true,
  needsSchema: compositeNeedsRebuild,
}

function compositeNeedsRebuild(from: SchemaObject, to: SchemaObject): boolean {
  return !attributesStayInOrder(from, to) || attributeTypesChange(from, to)
}

// Each attribute that stays is carried over under its name. A row is no empty text; IS NOT NULL of anything but a column the
// server cannot repeat for the children of a table (unrecognized node type, 14 to 18).
function rebuildComposite(from: SchemaObject, to: SchemaObject, context: Context): Draft[] {
  const old = new Set(compositeExtra(from).attributes.map(({ name }) => name))
  const row = (column: string, type: string): string => {
    const values = compositeExtra(to).attributes.map(({ name, type: own }) =>
      old.has(name) ? `(${column}).${identifier(name)}::${own}` : `null::${own}`,
    )
    return `case when ${column}::text <> '' then row(${values.join(', ')})::${type} end`
  }
  return rebuild(from, to, context, (column, type, array) =>
    array ? throughText(column, type, true) : row(column, type),
  )
}

const rangeExtra = (object: SchemaObject): RangeExtra => objectExtra(object)

/** Range types: nothing but the comment changes in place. */
export const rangeFamily: Family = {
  create(object) {
    const extra = rangeExtra(object)
    const options = [
      `subtype = ${extra.subtype}`,
      ...(extra.opclass === undefined ? [] : [`subtype_opclass = ${qualified(extra.opclass)}`]),
      ...(extra.collation === undefined ? [] : [`collation = ${qualified(extra.collation)}`]),
      ...(extra.canonical === undefined ? [] : [`canonical = ${qualified(extra.canonical)}`]),
      ...(extra.subtypeDiff === undefined ? [] : [`subtype_diff = ${qualified(extra.subtypeDiff)}`]),
      ...(extra.multirange === undefined ? [] : [`multirange_type_name = ${named(extra.multirange)}`]),
    ]
    return [
      statement(`create type ${named(object.name)} as range (${options.join(', ')})`, NONE),
      ...objectComment(object, object.comment),
    ]
  },
  drop: plainDrop,
  alter: (from, to) => objectComment(to, to.comment, from.comment),
  rename: ({ from, to }) => plainRename('range', from, to),
  inPlace: (from, to) => sameBut(from, to),
}

/** Collations: nothing but the comment changes in place. */
export const collationFamily: Family = {
  create(object, { major }) {
    const extra: CollationExtra = objectExtra(object)
    const text = (name: string, value: string | undefined): string[] =>
      value === undefined ? [] : [`${name} = ${literal(value)}`]
    const options = [
      `provider = ${extra.provider}`,
      ...text('locale', extra.locale),
      ...text('lc_collate', extra.collate),
      ...text('lc_ctype', extra.ctype),
      ...(major >= 16 ? text('rules', extra.rules) : []),
      ...(extra.nondeterministic ? ['deterministic = false'] : []),
    ]
    return [
      statement(`create collation ${named(object.name)} (${options.join(', ')})`, NONE),
      ...objectComment(object, object.comment),
    ]
  },
  drop: plainDrop,
  alter: (from, to) => objectComment(to, to.comment, from.comment),
  rename: ({ from, to }) => plainRename('collation', from, to),
  inPlace: (from, to) => sameBut(from, to),
}

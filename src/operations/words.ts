// Wording shared by the descriptions of operations.
import type { Column, Constraint, Extra, Index, SchemaObject } from '../schema/schema.ts'

// Names and texts can hold anything; a description stays one line and cannot drive a terminal.
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu

/** The text on one line, control and invisible characters escaped. */
export const oneLine = (text: string): string =>
  text.replace(UNPRINTABLE, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)

/** At most `length` characters of the first words of a text. */
export function excerpt(text: string, length = 60): string {
  const line = text.replace(/\s+/gu, ' ').trim()
  const characters = [...line]
  return characters.length <= length ? line : `${characters.slice(0, length - 1).join('')}…`
}

/** `varchar(255) not null default 'x'`. */
export function columnWords(column: Column): string {
  return [
    column.type,
    column.identity && `identity (${column.identity.kind})`,
    column.generated && `generated as (${excerpt(column.generated.expression, 40)})`,
    !column.nullable && 'not null',
    column.default !== undefined && `default ${excerpt(column.default, 40)}`,
  ]
    .filter(Boolean)
    .join(' ')
}

/** `foreign key orders_user_fk (user_id) references users (id)`. */
export function constraintWords({ type, name, columns, expression, references }: Constraint): string {
  const subject = expression === undefined ? columns.join(', ') : excerpt(expression, 40)
  const target = references && ` references ${references.table} (${references.columns.join(', ')})`
  return `${type}${name === '' ? '' : ` ${name}`} (${subject})${target ?? ''}`
}

/** `unique index users_email`. */
export const indexTitle = ({ name, unique }: Index): string => `${unique ? 'unique index' : 'index'} ${name}`

/** `email, lower(name) where active`. */
export const keyWords = ({ keys, where }: Index): string =>
  keys.map(({ column, expression }) => column ?? excerpt(expression ?? '', 30)).join(', ') +
  (where === undefined ? '' : ` where ${excerpt(where, 40)}`)

/** `unique index users_email (email)`. */
export const indexWords = (index: Index): string => `${indexTitle(index)} (${keyWords(index)})`

/** `enum mood (sad, happy)`, `view names: select id from staff`. */
export const objectWords = ({ type, name, values, definition }: SchemaObject): string =>
  `${type} ${name}${values ? ` (${values.join(', ')})` : ''}${definition === undefined ? '' : `: ${excerpt(definition, 200)}`}`

// `onUpdate` is `on update`: what is a plain value is said, what is more than that is named.
function attributeChanges(from: Extra = {}, to: Extra = {}): string[] {
  const names = [...new Set([...Object.keys(from), ...Object.keys(to)])]
  return names.flatMap((name) => {
    const [before, after] = [from[name], to[name]]
    if (JSON.stringify(before) === JSON.stringify(after)) return []
    const words = name.replaceAll(/[A-Z]/gu, (letter) => ` ${letter.toLowerCase()}`)
    const isPlain = [before, after].every((value) => typeof value !== 'object')
    const say = (value: unknown): string => (value === undefined ? 'none' : excerpt(String(value), 40))
    return [isPlain ? `${words} ${say(before)} -> ${say(after)}` : words]
  })
}

/** What differs between two columns of the same name, in words. */
export function columnChanges(from: Column, to: Column): string {
  const expression = (text: string | undefined): string => (text === undefined ? 'none' : excerpt(text, 40))
  const changes = [
    from.type !== to.type && `type ${from.type} -> ${to.type}`,
    from.nullable !== to.nullable && (to.nullable ? 'drop not null' : 'set not null'),
    from.default !== to.default && `default ${expression(from.default)} -> ${expression(to.default)}`,
    from.collation !== to.collation && `collation ${from.collation ?? 'default'} -> ${to.collation ?? 'default'}`,
    JSON.stringify(from.generated) !== JSON.stringify(to.generated) &&
      `generated ${expression(from.generated?.expression)} -> ${expression(to.generated?.expression)}`,
    JSON.stringify(from.identity) !== JSON.stringify(to.identity) &&
      (from.identity?.kind === to.identity?.kind
        ? `options of identity (${to.identity?.kind})`
        : `identity ${from.identity?.kind ?? 'none'} -> ${to.identity?.kind ?? 'none'}`),
    from.comment !== to.comment && 'comment',
    ...attributeChanges(from.extra, to.extra),
  ].filter(Boolean)
  return changes.length === 0 ? 'no change' : changes.join(', ')
}

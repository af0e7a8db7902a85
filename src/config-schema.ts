// The shape of the configuration, and what is said when it is broken. Values are never printed: they may be passwords.
import { basename } from 'node:path'
import {
  array,
  boolean,
  check,
  custom,
  finite,
  type GenericSchema,
  minValue,
  nonEmpty,
  number,
  optional,
  picklist,
  pipe,
  safeParse,
  strictObject,
  string,
  union,
} from 'valibot'
import type { ConfigInput } from './config.ts'
import { dialectNames } from './dialects/index.ts'
import { GodwitError } from './errors.ts'
import { nearest } from './nearest.ts'
import { splitName } from './schema/names.ts'
import type { Source } from './sources/source.ts'

const isSource = (value: unknown): value is Source =>
  typeof value === 'object' && value !== null && 'ddl' in value && typeof value.ddl === 'function'

const text = (what: string) => pipe(string(what), nonEmpty(what))
const url = (what: string) =>
  pipe(
    string(what),
    check((value) => value === '' || /^[a-z][a-z0-9+]*:/i.test(value), what),
  )
const amount = (what: string) => pipe(number(what), finite(what), minValue(0, what))

const PATTERN = "a list of names of tables and objects to leave alone, such as 'legacy_*' or 'audit.*'"
const isPattern = (value: string): boolean => {
  const parts = splitName(value.replace(/^!/, ''))
  return parts.length <= 2 && parts.every((part) => part !== '' && !part.startsWith('!'))
}

// What each key expects, in the words of the message.
const shape = strictObject({
  url: optional(url('a database URL, such as scheme://user@host/database')),
  source: optional(
    union(
      [
        custom<Source>(isSource, 'the models'),
        pipe(array(custom<Source>(isSource, 'the models')), nonEmpty('at least one source')),
      ],
      "the models: sql('schema.sql'), drizzle('src/schema.ts'), or a list of these",
    ),
  ),
  revisions: optional(text('the path of a folder')),
  seeds: optional(text('the path of a folder')),
  shadow: optional(url('the URL of a server for scratch databases')),
  dialect: optional(picklist([...dialectNames], `one of ${dialectNames.join(', ')}`)),
  lockWait: optional(amount('a number of seconds, 0 or more')),
  lockTimeout: optional(amount('a number of milliseconds, 0 or more')),
  format: optional(picklist(['ts', 'sql'], "'ts' or 'sql'")),
  grants: optional(boolean('true or false')),
  ignore: optional(array(pipe(string(PATTERN), check(isPattern, PATTERN)), PATTERN)),
}) satisfies GenericSchema

/** The keys a configuration may have. */
export const CONFIG_KEYS: readonly string[] = Object.keys(shape.entries)

/** Whether a value is a configuration. */
export const isValid = (value: unknown): value is ConfigInput =>
  !Array.isArray(value) && safeParse(shape, value).success

// What other tools call the same.
const OTHERS = new Map([
  ['exclude', 'ignore'],
  ['excludes', 'ignore'],
  ['tablesFilter', 'ignore'],
  ['schemaFilter', 'ignore'],
  ['schema', 'source'],
  ['out', 'revisions'],
])

/** Why it is not: CONFIG_INVALID that names the key, the type found there and what is expected. */
export function explainInvalid(value: unknown, file: string | undefined): GodwitError {
  const issue = safeParse(shape, value).issues?.[0]
  const key = issue?.path?.map(({ key }) => String(key)).join('.')
  const where = file === undefined ? 'The configuration' : basename(file)
  const place = file === undefined ? {} : { place: { file } }
  if (issue === undefined || key === undefined) {
    return new GodwitError('CONFIG_INVALID', `${where} is not a configuration: it is ${typeOf(value)}.`, {
      fix: 'Export an object: `export default config({ … })`.',
      ...place,
    })
  }
  if (issue.type === 'strict_object' && issue.expected === 'never') {
    const known = OTHERS.get(key) ?? nearest(key, CONFIG_KEYS)
    return new GodwitError('CONFIG_INVALID', `${where}: there is no setting called ${JSON.stringify(key)}.`, {
      fix:
        known === undefined
          ? `Remove it. The settings are: ${CONFIG_KEYS.join(', ')}.`
          : `Did you mean ${JSON.stringify(known)}?`,
      data: { key },
      ...place,
    })
  }
  const found = typeOf(issue.input)
  return new GodwitError('CONFIG_INVALID', `${where}: ${JSON.stringify(key)} has to be ${issue.message}.`, {
    why: `It is ${found}${key === 'url' && found === 'undefined' ? ' (is the environment variable set?)' : ''}.`,
    fix: `Correct ${JSON.stringify(key)}${file === undefined ? '' : ` in ${basename(file)}`}.`,
    data: { key, found, expected: issue.message },
    ...place,
  })
}

function typeOf(value: unknown): string {
  if (value === null) return 'null'
  if (value === undefined) return 'undefined'
  if (value === '') return 'an empty text'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return value instanceof Promise ? 'a promise' : 'an object'
  return { string: 'a text of another form', number: 'a number', boolean: 'a boolean', function: 'a function' }[
    typeof value as 'string'
  ]
}

// Quoting: the one place where names and values become SQL text.
import { GodwitError } from '../../errors.ts'
import { unqualify } from '../../schema/names.ts'

// All keywords of 14–18 that are not unreserved (pg_get_keywords, catcode <> 'U'): quote_ident quotes the same ones.
const KEYWORDS: ReadonlySet<string> = new Set(
  `all analyse analyze and any array as asc asymmetric authorization between bigint binary bit boolean both case cast
  char character check coalesce collate collation column concurrently constraint create cross current_catalog
  current_date current_role current_schema current_time current_timestamp current_user dec decimal default deferrable
  desc distinct do else end except exists extract false fetch float for foreign freeze from full grant greatest group
  grouping having ilike in initially inner inout int integer intersect interval into is isnull join json json_array
  json_arrayagg json_exists json_object json_objectagg json_query json_scalar json_serialize json_table json_value
  lateral leading least left like limit localtime localtimestamp merge_action national natural nchar none normalize not
  notnull null nullif numeric offset on only or order out outer overlaps overlay placing position precision primary real
  references returning right row select session_user setof similar smallint some substring symmetric system_user table
  tablesample then time timestamp to trailing treat trim true union unique user using values varchar variadic verbose
  when where window with xmlattributes xmlconcat xmlelement xmlexists xmlforest xmlnamespaces xmlparse xmlpi xmlroot
  xmlserialize xmltable`.split(/\s+/),
)
const PLAIN = /^[a-z_][a-z0-9_]*$/

/** A name as SQL, quoted where the server would quote it. Errors: SQL_UNSUPPORTED for a NUL or an empty name. */
export function identifier(name: string): string {
  if (name === '' || name.includes('\0')) {
    throw new GodwitError('SQL_UNSUPPORTED', 'A name in the database is empty or holds a NUL character.', {
      fix: 'Give it another name in the models or the revision.',
    })
  }
  return PLAIN.test(name) && !KEYWORDS.has(name) ? name : `"${name.replaceAll('"', '""')}"`
}

/** A qualified name (schema/names.ts) as SQL. The default namespace is left out, as it is in the name. */
export function qualified(name: string): string {
  const { namespace, name: own } = unqualify(name)
  return namespace === undefined ? identifier(own) : `${identifier(namespace)}.${identifier(own)}`
}

/** A value as an SQL literal. Strings with a backslash are written so that standard_conforming_strings does not matter. */
export function literal(value: string | number | boolean | null): string {
  if (value === null) return 'null'
  if (typeof value === 'boolean') return value ? 'true' : 'false'
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : `'${value}'`
  if (value.includes('\0'))
    throw new GodwitError('SQL_UNSUPPORTED', 'A text with a NUL character cannot be stored.', {
      fix: 'Take the NUL character (\\0) out of the text.',
    })
  const quoted = `'${value.replaceAll("'", "''")}'`
  return value.includes('\\') ? `E${quoted.replaceAll('\\', '\\\\')}` : quoted
}

/** A text in dollar quotes that it does not hold itself. */
export function dollar(body: string): string {
  let tag = '$$'
  for (let n = 1; body.includes(tag); n++) tag = `$q${n}$`
  return `${tag}${body}${tag}`
}

// Renames inside expression and definition texts. Strings and comments are never touched; doubtful words are left alone.
import { splitName, unqualify } from '../schema/names.ts'
import { type Token, tokens } from '../schema/tokens.ts'

type Text = (text: string) => string

/** Words after which a bare name is a relation. */
const BEFORE_RELATION = new Set([
  'from',
  'join',
  'into',
  'update',
  'only',
  'table',
  'references',
  'on',
  'using',
  'view',
])
/** Qualifiers of a row that stand for the table itself in triggers and upserts. */
const ROW = new Set(['new', 'old', 'excluded'])

/** Words that most databases reserve: as a name they have to be quoted. */
const RESERVED = new Set(
  `all analyse analyze and any array as asc asymmetric authorization between binary both by case cast check collate
  collation column constraint create cross current_catalog current_date current_role current_schema current_time
  current_timestamp current_user default deferrable delete desc distinct do drop else end except exists false fetch for
  foreign freeze from full grant group having ilike in index initially inner insert intersect into is isnull join key
  lateral leading left like limit localtime localtimestamp natural not notnull null offset on only or order outer
  overlaps placing primary references returning right select session_user set similar some symmetric table
  tablesample then to trailing transaction true union unique update user using values variadic verbose when where
  window with`.split(/\s+/),
)

/** Renames a column in a text. `own`: the text belongs to the table, so that a bare name means its column. */
export function renameColumnIn(table: string, from: string, to: string, own: boolean): Text {
  const { name } = unqualify(table)
  return rewriting(from, (list, at) => {
    if (significant(list, at, 1)?.text === '(') return undefined
    if (significant(list, at, -1)?.text !== '.') return own ? to : undefined
    const qualifier = significant(list, at, -2)
    const isRow = own && qualifier?.kind === 'word' && ROW.has(qualifier.value.toLowerCase())
    return qualifier !== undefined && (isRow || names(qualifier, name)) ? to : undefined
  })
}

/** Renames a table or another relation in a text. `others` are qualifiers under which the name means something else. */
export function renameRelationIn(from: string, to: string, others: ReadonlySet<string>): Text {
  const before = unqualify(from)
  const after = unqualify(to)
  return rewriting(before.name, (list, at) => {
    const qualified = significant(list, at, -1)?.text === '.'
    const qualifier = qualified ? significant(list, at, -2) : undefined
    if (qualified) {
      const same =
        before.namespace === undefined
          ? qualifier !== undefined && !others.has(qualifier.value)
          : qualifier !== undefined && names(qualifier, before.namespace)
      return same ? after.name : undefined
    }
    const previous = significant(list, at, -1)
    const opensRelation = previous?.kind === 'word' && BEFORE_RELATION.has(previous.value.toLowerCase())
    return significant(list, at, 1)?.text === '.' || opensRelation ? after.name : undefined
  })
}

/** Renames a type where it stands as a type: in a column's type or behind a cast. */
export function renameTypeIn(from: string, to: string): Text {
  const after = unqualify(to)
  const before = unqualify(from)
  return rewriting(before.name, (list, at) => {
    let start = at
    if (significant(list, at, -1)?.text === '.') {
      const qualifier = significant(list, at, -2)
      if (before.namespace !== undefined && qualifier !== undefined && !names(qualifier, before.namespace))
        return undefined
      start = list.indexOf(qualifier ?? list[at]!)
    }
    const previous = significant(list, start, -1)
    const isCast = previous?.text === ':' || (previous?.kind === 'word' && /^as$/i.test(previous.value))
    return previous === undefined || isCast ? after.name : undefined
  })
}

/** Renames a label of an enum where it is a literal cast to that very type: `'sad'::mood`. */
export function renameValueIn(type: string, from: string, to: string): Text {
  const literal = (value: string): string => `'${value.replaceAll("'", "''")}'`
  const wanted = splitName(type).at(-1) ?? type
  return (text) => {
    if (!text.includes(literal(from))) return text
    const list = tokens(text)
    return list
      .map((token, at) => {
        if (token.kind !== 'string' || token.text !== literal(from)) return token.text
        if (list[at + 1]?.text !== ':' || list[at + 2]?.text !== ':') return token.text
        const qualified = list[at + 4]?.text === '.'
        const name = list[qualified ? at + 5 : at + 3]
        return name !== undefined && names(name, wanted) ? literal(to) : token.text
      })
      .join('')
  }
}

function rewriting(from: string, decide: (list: Token[], at: number) => string | undefined): Text {
  return (text) => {
    if (!text.toLowerCase().includes(from.replaceAll('"', '""').toLowerCase()) && !text.includes(from)) return text
    const list = tokens(text)
    return list
      .map((token, at) => {
        const name = names(token, from) ? decide(list, at) : undefined
        return name === undefined ? token.text : spell(name, token)
      })
      .join('')
  }
}

/** Whether a token is this name: exactly, or folded where it is not quoted. */
const names = ({ kind, value }: Token, name: string): boolean =>
  (kind === 'quoted' && value === name) || (kind === 'word' && (value === name || value.toLowerCase() === name))

/** A name in the quotes of the token it replaces; bare names stay bare where that is possible. */
function spell(name: string, replaced: Token): string {
  const quote = replaced.kind === 'quoted' ? (replaced.text[0] ?? '"') : '"'
  const plain = /^[a-z_][a-z0-9_$]*$/.test(name) && !RESERVED.has(name)
  return replaced.kind === 'word' && plain ? name : `${quote}${name.replaceAll(quote, quote + quote)}${quote}`
}

/** The nth token before or after, blanks and comments not counted. */
function significant(list: readonly Token[], at: number, steps: number): Token | undefined {
  const direction = Math.sign(steps)
  let left = Math.abs(steps)
  for (let place = at + direction; place >= 0 && place < list.length; place += direction) {
    const token = list[place]
    if (token !== undefined && token.kind !== 'space' && token.kind !== 'comment' && --left === 0) return token
  }
  return undefined
}

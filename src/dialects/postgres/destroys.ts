// What hand-written SQL throws away, read from the server's own parser: quotes, comments and optional words cannot hide it.
import {
  columnGoes,
  type Destruction,
  partly,
  type Retyping,
  rowsGo,
  tableGoes,
  withoutOwn,
} from '../../operations/destruction.ts'
import { qualify, ref } from '../../schema/names.ts'
import { mask } from './lexer.ts'
import { identifier } from './quote.ts'
import { parsed, type Tree } from './split.ts'

/** Errors: none; what cannot be parsed destroys nothing, because it cannot be run. */
export async function destroys(text: string): Promise<Destruction[]> {
  const found: Destruction[] = []
  const made = new Set<string>()
  for (const { node, sql, offset } of await parsed(text)) {
    const own = madeBy(node)
    if (own !== undefined) made.add(ref('table', own))
    for (const each of withoutOwn(inStatement(node, sql, offset), made)) found.push(each)
  }
  return found
}

function madeBy({ CreateStmt, CreateTableAsStmt }: Tree): string | undefined {
  const create = tree(CreateStmt ?? CreateTableAsStmt)
  const table = tree(CreateStmt === undefined ? tree(create.into).rel : create.relation)
  if (table.relname === undefined || (create.if_not_exists === true && table.relpersistence !== 't')) return undefined
  return relation(table)
}

function inStatement(node: Tree, sql: string, offset: number): Destruction[] {
  const [kind = '', value] = Object.entries(node)[0] ?? []
  const body = tree(value)
  switch (kind) {
    case 'DropStmt':
      return dropped(body, sql, offset)
    case 'DropdbStmt':
      return [partly(`database ${text(body.dbname)}`, sql, offset)]
    case 'DropOwnedStmt':
      return [partly('everything that the role owns', sql, offset)]
    case 'AlterTableStmt':
      return altered(body, sql, offset)
    case 'TruncateStmt':
      return list(body.relations).map((each) => rowsGo(relation(tree(each.RangeVar)), offset))
    case 'DoStmt':
      return inCode(JSON.stringify(body.args ?? ''), sql, offset)
    // What they hold runs later, or never.
    case 'CreateFunctionStmt':
    case 'RuleStmt':
    case 'CreateTrigStmt':
    case 'ViewStmt':
      return []
    default:
      return changedRows(node, sql, offset)
  }
}

/** Data goes with what depends on these, and only then. */
const CASCADING: Readonly<Record<string, string>> = {
  OBJECT_SCHEMA: 'everything in the schema',
  OBJECT_TYPE: 'columns of the type',
  OBJECT_DOMAIN: 'columns of the domain',
  OBJECT_EXTENSION: 'columns of types of the extension',
  OBJECT_FUNCTION: 'generated columns and others that use the function',
  OBJECT_COLLATION: 'columns with the collation',
  OBJECT_FOREIGN_SERVER: 'foreign tables of the server',
}

function dropped(body: Tree, sql: string, offset: number): Destruction[] {
  const type = text(body.removeType)
  if (type === 'OBJECT_TABLE') {
    return list(body.objects).map((each) => tableGoes(nameOf(list(tree(each.List).items).map(wordOf)), offset))
  }
  if (type === 'OBJECT_MATVIEW') return [partly('rows of a materialized view', sql, offset)]
  const goes = CASCADING[type]
  return goes === undefined || body.behavior !== 'DROP_CASCADE' ? [] : [partly(goes, sql, offset)]
}

function altered(body: Tree, sql: string, offset: number): Destruction[] {
  const table = relation(tree(body.relation))
  return list(body.cmds).flatMap((each): Destruction[] => {
    const command = tree(each.AlterTableCmd)
    if (command.subtype !== 'AT_DropColumn') return []
    const name = text(command.name)
    if (body.objtype === 'OBJECT_TYPE') return [partly(`values of ${table}.${name}`, sql, offset)]
    return [columnGoes(table, name, offset)]
  })
}

/** DELETE, MERGE … DELETE, and UPDATE … SET x = NULL, wherever they stand in the statement. */
function changedRows(value: unknown, sql: string, offset: number): Destruction[] {
  if (typeof value !== 'object' || value === null) return []
  if (Array.isArray(value)) return value.flatMap((each) => changedRows(each, sql, offset))
  return Object.entries(value).flatMap(([kind, inner]): Destruction[] => {
    const body = tree(inner)
    const nested = changedRows(inner, sql, offset)
    if (kind === 'DeleteStmt') {
      const table = relation(tree(body.relation))
      const some = body.whereClause !== undefined || body.usingClause !== undefined
      return [some ? partly(`rows of ${table}`, sql, offset) : rowsGo(table, offset), ...nested]
    }
    if (kind === 'MergeStmt' && list(body.mergeWhenClauses).some(deletes)) {
      return [partly(`rows of ${relation(tree(body.relation))}`, sql, offset), ...nested]
    }
    if (kind === 'UpdateStmt') {
      const table = relation(tree(body.relation))
      const some = body.whereClause !== undefined || body.fromClause !== undefined
      const emptied = list(body.targetList).flatMap((each) =>
        isEmptied(tree(each.ResTarget)) ? [tree(each.ResTarget)] : [],
      )
      return [
        ...emptied.map(({ name }) =>
          some
            ? partly(`values of ${table}.${text(name)}`, sql, offset)
            : { what: ref('column', table, text(name)), message: `all values of ${table}.${text(name)}`, offset },
        ),
        ...nested,
      ]
    }
    return nested
  })
}

const deletes = (each: Tree): boolean => tree(each.MergeWhenClause).commandType === 'CMD_DELETE'

const isEmptied = ({ val }: Tree): boolean => {
  const value = tree(val)
  return tree(value.A_Const).isnull === true || value.SetToDefault !== undefined
}

const DANGEROUS =
  /\b(?:drop\s+(?:table|schema|owned|type|domain|extension|column|materialized\s+view|database)|truncate|delete\s+from|alter\s+table\s[^;]*?\sdrop)\b/iu

/** A block of code may build its statements out of texts: whatever they may spell counts. */
function inCode(code: string, sql: string, offset: number): Destruction[] {
  const plain = code.replaceAll(/\\[nrt]/gu, ' ').replaceAll(/--[^\n]*|\/\*[\s\S]*?\*\//gu, ' ')
  const [word] = DANGEROUS.exec(plain) ?? []
  return word === undefined
    ? []
    : [partly(`a block of code with ${word.replace(/\s+/gu, ' ').toLowerCase()}`, mask(sql), offset)]
}

/** ALTER COLUMN … TYPE without USING: the server converts by itself, and rounds. */
export async function retypes(text: string): Promise<Retyping[]> {
  return (await parsed(text)).flatMap(({ node }) => {
    const body = tree(node.AlterTableStmt)
    if (body.objtype !== 'OBJECT_TABLE') return []
    return list(body.cmds).flatMap((each): Retyping[] => {
      const { subtype, name, def } = tree(each.AlterTableCmd)
      const column = tree(tree(def).ColumnDef)
      if (subtype !== 'AT_AlterColumnType' || column.raw_default !== undefined) return []
      const type = typeOf(tree(column.typeName))
      return type === undefined ? [] : [{ table: relation(tree(body.relation)), column: String(name), type }]
    })
  })
}

function typeOf({ names, typmods, arrayBounds, setof }: Tree): string | undefined {
  const numbers = list(typmods).map((each) => tree(tree(each.A_Const).ival).ival ?? 0)
  const words = list(names).map(wordOf)
  // Of an interval the numbers are fields, and no type that could be written again.
  if (setof === true || (words.at(-1) === 'interval' && numbers.length > 0)) return undefined
  const name = words.map(identifier).join('.')
  return `${name}${numbers.length > 0 ? `(${numbers.join(', ')})` : ''}${list(arrayBounds)
    .map(() => '[]')
    .join('')}`
}

const tree = (value: unknown): Tree => (typeof value === 'object' && value !== null ? (value as Tree) : {})
const list = (value: unknown): Tree[] => (Array.isArray(value) ? value.map(tree) : [])
const text = (value: unknown): string => (typeof value === 'string' ? value : '')
const wordOf = (each: Tree): string => text(tree(each.String).sval)

const nameOf = (parts: readonly string[]): string => {
  const schema = parts.at(-2)
  return qualify(parts.at(-1) ?? '', schema === 'public' ? undefined : schema)
}

const relation = ({ schemaname, relname }: Tree): string =>
  nameOf(schemaname === undefined ? [text(relname)] : [text(schemaname), text(relname)])

// What verbs ask of the revision files: their graph, their names, and writing the next one.
import { relative } from 'node:path'
import type { Dialect } from '../dialects/dialect.ts'
import { invertAll } from '../operations/index.ts'
import type { Operation } from '../operations/operation.ts'
import { checkInside } from '../project-root.ts'
import type { Folder, Graph, Revision, RevisionDefinition } from '../revisions/index.ts'
import { equalData } from '../schema/json.ts'
import type { Schema } from '../schema/schema.ts'
import type { Context } from './context.ts'
import { sqlText } from './sql-text.ts'

/** A revision as reports name it. */
export interface Named {
  revision: string
  message: string
  /** Path relative to the working directory; absent where the file is gone. */
  file?: string
}

/** The checked graph of the folder. */
export async function fileGraph(context: Context): Promise<Graph> {
  const { graphOf } = await import('../revisions/index.ts')
  return graphOf((await context.folder()).files)
}

/** Ids of the latest revisions on disk. */
export async function fileHeads(context: Context): Promise<string[]> {
  const { headsOf } = await import('../revisions/index.ts')
  return headsOf(await fileGraph(context))
}

/** The parents of the next revision: the sole head, or none. Errors: HEADS_SEVERAL. */
export async function nextParents(context: Context): Promise<string[]> {
  const { soleHead } = await import('../revisions/index.ts')
  const head = soleHead(await fileGraph(context))
  return head === null ? [] : [head]
}

/** Ids with the messages and files that the folder knows for them. */
export async function named(context: Context, ids: readonly string[], folder?: Folder): Promise<Named[]> {
  if (ids.length === 0) return []
  const known = new Map((folder ?? (await context.folder())).files.map((file) => [file.id, file]))
  return ids.map((revision) => {
    const header = known.get(revision)
    if (header === undefined) return { revision, message: '' }
    return { revision, message: header.message, file: shortPath(context, header.file) }
  })
}

/** A path as a person at the working directory would write it. */
export function shortPath(context: Context, path: string): string {
  const short = relative(context.cwd, path)
  return short.startsWith('..') || short === '' ? path : short
}

/** These revisions, loaded, in the order given. Errors: REVISION_INVALID, REVISION_FAILED. */
export async function loadRevisions(context: Context, ids: readonly string[]): Promise<Revision[]> {
  const { load } = await import('../revisions/index.ts')
  const files = new Map((await context.folder()).files.map((file) => [file.id, file]))
  const loaded: Revision[] = []
  for (const id of ids) {
    const file = files.get(id)
    if (file !== undefined) loaded.push(await load(file))
  }
  return loaded
}

/** The schema that revisions make (default: all of the folder, in the graph's order). */
export async function revisionsSchema(context: Context, dialect: Dialect, ids?: readonly string[]): Promise<Schema> {
  const order = ids ?? (await fileGraph(context)).order
  const spelling = await context.spelling(dialect)
  return spelling.ofRevisions(await loadRevisions(context, order))
}

/** A revision that is about to be written. */
export interface Draft {
  parents: readonly string[]
  message: string
  operations: readonly Operation[]
  /** The way down: written into the file where the inverses do not say it, and always in the SQL format. */
  down: readonly Operation[] | 'irreversible'
  format: 'ts' | 'sql'
  /** For the SQL format: what renders it, and the schemas before and after. */
  sql?: { dialect: Dialect; from: Schema; to: Schema }
}

/** What was written. */
export interface Written extends Named {
  file: string
  parents: string[]
}

/** Writes the file of a new revision. Errors: FOLDER_NOT_WRITABLE. */
export async function writeDraft(context: Context, draft: Draft): Promise<Written> {
  const { checkReadBack, FORMAT, fileName, newId, printSql, printTypescript, writeRevision } = await import(
    '../revisions/index.ts'
  )
  const id = newId()
  const parents = [...draft.parents]
  // The message becomes a comment, a file name and one line of many tables.
  const message = draft.message.replace(/\s+/g, ' ').trim()
  const definition: RevisionDefinition = {
    id,
    parents,
    message,
    operations: [...draft.operations],
    ...(!equalData(draft.down, invertAll(draft.operations)) && {
      down: draft.down === 'irreversible' ? draft.down : [...draft.down],
    }),
  }
  const kind = draft.format === 'sql' ? 'sql' : 'typescript'
  const name = fileName(message, kind, context.clock())
  const text = kind === 'typescript' ? printTypescript(definition) : await sqlFile(definition, draft, printSql)
  if (kind === 'typescript') await checkReadBack(text, name, { ...definition, format: FORMAT })
  const { folder, directory } = await context.config()
  checkInside(folder, directory)
  const file = await writeRevision(folder, name, text)
  return { revision: id, parents, message, file: shortPath(context, file) }
}

type PrintSql = typeof import('../revisions/index.ts')['printSql']

async function sqlFile(definition: RevisionDefinition, { sql, down }: Draft, printSql: PrintSql): Promise<string> {
  if (sql === undefined || definition.operations.length === 0) return printSql(definition, '', '')
  const { cannotBeWritten, checkReadBack, FORMAT } = await import('../revisions/index.ts')
  const upText = sqlText(sql.dialect, definition.operations, sql.from)
  const downText = down === 'irreversible' ? undefined : sqlText(sql.dialect, down, sql.to)
  const bare = upText.transactional && downText?.transactional !== false ? {} : { transaction: false }
  const up = `${consents(definition.operations)}${upText.sql}`
  const text = printSql({ ...definition, ...bare }, up, downText?.sql ?? null)
  const { id, parents, message } = definition
  await checkReadBack(text, 'x.sql', {
    id,
    parents,
    message,
    format: FORMAT,
    operations: [{ kind: 'sql', up: up.trim(), ...(downText !== undefined && { down: downText.sql.trim() }) }],
    ...(downText === undefined && { down: 'irreversible' }),
    ...bare,
  })
  for (const { sql: whole, statements } of [upText, ...(downText === undefined ? [] : [downText])]) {
    const found = await sql.dialect.split(whole)
    const single = (await Promise.all(statements.map((each) => sql.dialect.split(each)))).flat()
    const same = equalData(
      found.map((each) => each.sql),
      single.map((each) => each.sql),
    )
    if (!same) throw cannotBeWritten('its statements do not end where they should')
  }
  return text
}

/** What the operations agree to, in the words that a file of SQL has for it. */
const consents = (operations: readonly Operation[]): string =>
  [
    ...new Set(
      operations.flatMap((each) =>
        'accept' in each
          ? Object.entries(each.accept ?? {}).map(([code, why]) => `-- accept: ${code} ${oneLine(why)}\n`)
          : [],
      ),
    ),
  ].join('')

const oneLine = (text: string): string => text.replace(/\s+/gu, ' ').trim()

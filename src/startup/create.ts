// The last resort of a start: tables from the models, on an empty database alone, and a history that says the truth.
import type { Config } from '../config.ts'
import { diff } from '../diff/index.ts'
import { GodwitError } from '../errors.ts'
import { describe } from '../operations/index.ts'
import { load } from '../revisions/index.ts'
import { construct } from '../runner/construct.ts'
import { entryOf } from '../runner/execute.ts'
import { ignoring } from '../runner/ignored.ts'
import type { RunnerContext } from '../runner/index.ts'
import { underLock } from '../runner/locked.ts'
import { gapBetween } from '../runner/reconcile.ts'
import { folderOf, initialise, readState } from '../runner/run.ts'
import { type Session, withSession } from '../runner/session.ts'
import { openSpelling, type Spelling } from '../runner/shadow.ts'
import { isUnseen } from '../runner/unseen.ts'
import type { Schema } from '../schema/schema.ts'

/** A revision that counts as done although its own SQL or code has not been run. */
export interface Unseen {
  revision: string
  message: string
}

/**
 * Creates everything the models have, and stamps all revisions, in one transaction where the database can.
 * Gives back the revisions whose own SQL or code was not run, so that what they do to rows is missing.
 * Undefined: the database is not empty (any more), nothing was done. Errors: SOURCE_MISSING, those of sources, shadow and revisions.
 */
export async function createTables(context: RunnerContext, config: Config): Promise<Unseen[] | undefined> {
  const folder = await folderOf(context)
  const { dialect } = context
  const ignored = ignoring(config.ignore, { namespaces: dialect.namespaces })
  const models = ignored.without(await modelsSchema(context, config))
  return withSession(context, 'create', (session) =>
    underLock(session, async () => {
      const first = await readState(session, folder)
      const before = await dialect.inspect(session.connection)
      if (first.applied.size > 0 || !isEmpty(ignored.without(before))) return undefined
      const operations = diff(before, ignored.keeping(models, before), { traits: dialect.traits })
      await initialise(session, first)
      const { ledger } = session
      const tail: string[] = []
      const unseen: Unseen[] = []
      for (const id of first.graph.order) {
        const file = first.files.get(id)
        if (file === undefined) continue
        const revision = await load(file)
        if (isUnseen(revision)) unseen.push({ revision: id, message: revision.message })
        tail.push(ledger.claim(entryOf({ revision, direction: 'up', operations: [] }), 'done'))
        tail.push(ledger.note(id, 'stamp', { command: 'created from the models' }))
      }
      const root = first.graph.order[0]
      if (root !== undefined) tail.push(ledger.setMeta('project', root))
      await construct(session, operations, { before, tail })
      return unseen
    }),
  )
}

/** No table and nothing else that anybody made. */
export const isEmpty = ({ tables, objects }: Schema): boolean => tables.length === 0 && objects.length === 0

/**
 * Creates what the models have and the database lacks: tables, columns, indexes, constraints, objects. Nothing is changed
 * and nothing dropped. Inside a session that holds the lock. Gives back what it did, in words.
 * Errors: SOURCE_MISSING, those of sources and shadow; throws SendFailure.
 */
export async function createMissing(session: Session, context: RunnerContext, config: Config): Promise<string[]> {
  const { dialect, connection } = session
  await using spelling = spellingFor(context, config)
  const found = await dialect.inspect(connection)
  const [before, models] = await spelling.settle(found, await spelling.ofDdl(await ddlOf(context, config)))
  const wanted = ignoring(config.ignore, { namespaces: dialect.namespaces }).without(models)
  const operations = gapBetween(before, wanted, dialect.traits).lacking
  if (operations.length === 0) return []
  await construct(session, operations, { before: found })
  return operations.map(describe)
}

async function modelsSchema(context: RunnerContext, config: Config): Promise<Schema> {
  await using spelling = spellingFor(context, config)
  return await spelling.ofDdl(await ddlOf(context, config))
}

async function ddlOf({ dialect }: RunnerContext, { sources, directory }: Config): Promise<string[]> {
  if (sources.length === 0) {
    throw new GodwitError('SOURCE_MISSING', 'No models are configured to create the tables from.', {
      fix: "Add them to the configuration: `source: drizzle('./src/schema.ts')`.",
    })
  }
  const statements: string[] = []
  for (const source of sources)
    for (const one of await source.ddl({ dialect: dialect.name, directory })) statements.push(one)
  return statements
}

const spellingFor = ({ dialect, url }: RunnerContext, { cache, shadow }: Config): Spelling =>
  openSpelling({
    dialect,
    cache,
    ...(shadow !== undefined && { shadowUrl: shadow }),
    ...(url !== undefined && { target: url }),
  })

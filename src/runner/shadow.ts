// The shadow spells everything: models, revisions and live schemas are compared in the words of one engine, and no
// migration is written before the shadow has gone up and down with it.
import type { Connection, Dialect, Shadow, ShadowOptions } from '../dialects/dialect.ts'
import { diff } from '../diff/index.ts'
import { GodwitError, isGodwitError } from '../errors.ts'
import { describe, invertAll, isEnsure, touches } from '../operations/index.ts'
import type { Backfill, Ensure, Operation, TakeBack } from '../operations/operation.ts'
import type { Revision } from '../revisions/revision.ts'
import { sameSchema } from '../schema/canonical.ts'
import { equalData } from '../schema/json.ts'
import { emptySchema, type Schema } from '../schema/schema.ts'
import { version as toolVersion } from '../version.ts'
import { type SchemaCache, schemaCache } from './cache.ts'
import { schemaOfDdl } from './ddl.ts'
import { concernOf, needsOf, only, ownersOf, withPart } from './focus.ts'
import { look } from './look.ts'
import { openSpeller } from './speller.ts'
import { differingTexts, withStateOf } from './texts.ts'

/** How to open a Spelling. */
export interface SpellingOptions {
  dialect: Dialect
  /** A server for scratch databases instead of the embedded engine. */
  shadowUrl?: string
  /** URL of the real database, for dialects whose scratch databases live beside it. */
  target?: string
  /** Folder for cached snapshots and schemas. */
  cache: string
}

/** What has to hold for a migration: `up` leads from `from` to `to`, `down` leads back. */
export interface Proof {
  from: Schema
  to: Schema
  up: readonly Operation[]
  down: readonly Operation[]
}

/** What tells a revision from every other one, and from itself edited. */
export type Fingerprint = Pick<Revision, 'id' | 'checksum'>

/** Asks the shadow. Nothing is started before the first question that the cache cannot answer. */
export interface Spelling extends AsyncDisposable {
  /** The schema these statements make on an empty database. */
  ofDdl(statements: readonly string[]): Promise<Schema>
  /**
   * The schema these revisions make, run in this order on an empty database; cached by their checksums. `along`: the
   * schemas on the way go into the cache as well.
   */
  ofRevisions(revisions: readonly Revision[], options?: { along?: boolean }): Promise<Schema>
  /** Notes that these revisions are known to make this schema: the next `ofRevisions` is free. */
  remember(revisions: readonly Fingerprint[], schema: Schema): Promise<void>
  /**
   * Both schemas with every text as the shadow prints it when it reads its own print again. Deparsed text is not always
   * a fixpoint, and another server version may print differently. Costs nothing where no text differs.
   */
  settle(from: Schema, to: Schema): Promise<[Schema, Schema]>
  /** The schema after these operations (renames above all), carried out by the engine, so that every text follows. */
  renamed(schema: Schema, operations: readonly Operation[]): Promise<Schema>
  /** Errors: PROOF_FAILED, with what differs. */
  prove(proof: Proof): Promise<void>
  /**
   * Proves the way up and gives back a way down that is proved as well: the inverses, or `other` where the engine does not
   * take these. What came without disturbing anybody (a label of an enum) may have to go with others stepping aside, and
   * an order that is right one way may be wrong the other way. Where the engine takes neither (a label of an enum that a
   * table is partitioned by), the way up counts alone. Errors: those of the way up.
   */
  wayBack(way: { from: Schema; to: Schema; up: Operation[]; other: () => Operation[] }): Promise<WayBack>
  /** Both operation lists on top of `base`, each order on its own: the two schemas they lead to. */
  after(base: Schema, operations: readonly Operation[]): Promise<Schema>
  close(): Promise<void>
}

/** A proved way down, or why there is none. */
export type WayBack = { down: Operation[] } | { down: 'irreversible'; why: string }

/** A scratch database that is kept open, and the schema it is known to hold. */
interface Held {
  connection: Connection
  schema: Schema
  release(): Promise<void>
}

/** Opens the shadow of a dialect on first use. Errors of its methods: SHADOW_FAILED, SQL_SYNTAX, STATEMENT_FAILED. */
export function openSpelling(options: SpellingOptions): Spelling {
  const { dialect } = options
  const { traits } = dialect
  const withState = withStateOf(traits)
  const cache: SchemaCache = schemaCache(options.cache)
  let opened: Promise<Shadow> | undefined
  let held: Held | undefined
  // A shadow of its own: the other one is busy with what is being compared.
  const speller = openSpeller(dialect, shadowOptions(options))

  const shadow = (): Promise<Shadow> => {
    opened ??= dialect.openShadow(shadowOptions(options))
    return opened
  }

  async function letGo(): Promise<void> {
    const current = held
    held = undefined
    await current?.release()
  }

  /** Prepares a scratch database, reads it where what it holds is not known, and keeps it open for the next question. */
  async function hold(
    prepare: (connection: Connection, engine: Shadow) => Promise<void>,
    known?: Schema,
  ): Promise<Held> {
    await letGo()
    const engine = await shadow()
    return new Promise<Held>((resolve, reject) => {
      const finished = engine.scratch(async (connection) => {
        await prepare(connection, engine)
        const schema = known ?? (await dialect.inspect(connection))
        await new Promise<void>((done) => {
          const release = async (): Promise<void> => {
            done()
            await finished
          }
          held = { connection, schema, release }
          resolve(held)
        })
      })
      finished.catch(reject)
    })
  }

  async function run(connection: Connection, engine: Shadow, operations: readonly Operation[]): Promise<void> {
    for (const batch of batches(operations)) {
      if (batch.kind === 'run') await batch.up(connection)
      else if (batch.kind === 'sql') {
        await engine.load(
          connection,
          (await dialect.split(batch.up)).map(({ sql }) => sql),
        )
      } else if (batch.kind !== 'takeBack') {
        const operations = batch.kind === 'rendered' ? batch.operations : await missing(connection, batch)
        const before = dialect.needsSchema(operations) ? await dialect.inspect(connection) : undefined
        const { version } = connection
        const statements = dialect.render(operations, before === undefined ? { version } : { version, before })
        if (engine.carryOut !== undefined) await engine.carryOut(connection, statements)
        else
          await engine.load(
            connection,
            statements.map(({ sql }) => sql),
          )
      }
    }
  }

  /** What an operation that looks first lacks here. Nothing is in the tables: a backfill only has to be right. */
  async function missing(connection: Connection, operation: Ensure | Backfill): Promise<Operation[]> {
    if (operation.kind === 'backfill') return [operation]
    const found = await look(speller, connection, await dialect.inspect(connection), operation)
    return found.outcome === 'absent' ? found.operations : []
  }

  /** Makes a schema from nothing. */
  const build = (schema: Schema) => (connection: Connection, engine: Shadow) =>
    run(connection, engine, diff(emptySchema(), schema, { traits }))

  /** A schema as the engine prints it when it reads its own print. */
  async function respelled(schema: Schema): Promise<Schema> {
    return (await hold(build(schema))).schema
  }

  /** The same for the things of these refs alone, wherever the schema has them. */
  async function partRespelled(schema: Schema, references: readonly string[]): Promise<Schema> {
    const owners = ownersOf(schema)
    const chosen = new Set(references.map((reference) => owners.of(reference)).filter((owner) => owner !== undefined))
    if (chosen.size === 0) return schema
    const part = only(schema, needsOf(schema, chosen))
    return withPart(schema, await respelled(part), chosen)
  }

  async function equivalent(left: Schema, right: Schema): Promise<boolean> {
    if (sameSchema(left, right, traits)) return true
    if (differingTexts(diff(left, right, { traits })).length === 0) return false
    return sameSchema(await respelled(left), await respelled(right), traits)
  }

  async function reached(actual: Schema, wanted: Schema, direction: 'up' | 'down'): Promise<void> {
    if (await equivalent(actual, wanted)) return
    const left = diff(actual, wanted, { traits }).map(describe)
    if (left.length === 0) return
    throw new GodwitError('PROOF_FAILED', `The migration's ${direction} does not lead to the schema it should.`, {
      why: `On the shadow database these differences were left: ${left.slice(0, 10).join('; ')}.`,
      fix: 'Nothing was written. This is a gap in the generator: please report it with the models; `godwit revision` makes an empty revision to write by hand.',
      data: { direction, differences: left },
    })
  }

  // Where only a few things of a large schema change, the proof runs on these and all that they can concern.
  function concerned({ from, to, up, down }: Proof): Proof | undefined {
    if ([...up, ...down].some(({ kind }) => kind === 'sql' || kind === 'run')) return undefined
    const named = [...up, ...down].flatMap((operation) => Object.values(touches(operation)).flat())
    const wanted = new Set([...concernOf(from, named), ...concernOf(to, named)])
    if (wanted.size * 2 > to.tables.length + to.objects.length) return undefined
    return { from: only(from, wanted), to: only(to, wanted), up, down }
  }

  /** True, or PROOF_FAILED. From `to` down to `from` and up again: the models' schema is usually loaded already. */
  async function proved({ from, to, up, down }: Proof): Promise<boolean> {
    const start = held !== undefined && equalData(held.schema, to) ? held : await hold(build(to), to)
    const engine = await shadow()
    const ends = async (): Promise<[bottom: Schema, top: Schema]> => {
      await run(start.connection, engine, down)
      const bottom = await dialect.inspect(start.connection)
      await run(start.connection, engine, up)
      return [bottom, await dialect.inspect(start.connection)]
    }
    // Whatever came of it, nobody knows what the scratch database holds now.
    const [bottom, top] = await ends().finally(letGo)
    await reached(bottom, from, 'down')
    await reached(top, to, 'up')
    return true
  }

  const identity = async (): Promise<string> =>
    [`godwit ${toolVersion}`, (await shadow()).identity, dialect.scope ?? []].flat().join(' with ')
  const key = async (revisions: readonly Fingerprint[]): Promise<string[]> => [
    await identity(),
    ...revisions.map(({ id, checksum }) => `${id} ${checksum}`),
  ]

  return {
    async ofDdl(statements) {
      const load = async (list: readonly string[]): Promise<Schema> =>
        (await hold((connection, engine) => engine.load(connection, list))).schema
      return schemaOfDdl({ cache, identity: await identity(), reach: dialect.reach, load }, statements)
    },

    async ofRevisions(revisions, { along = false } = {}) {
      if (revisions.length === 0) return emptySchema()
      const known = await cache.read(await key(revisions))
      if (known !== undefined) return known
      const { schema } = await hold(async (connection, engine) => {
        for (const [at, revision] of revisions.entries()) {
          await run(connection, engine, revision.operations).catch((error: unknown) => {
            throw isGodwitError(error) ? inRevision(error, revision) : error
          })
          if (along) await cache.write(await key(revisions.slice(0, at + 1)), await dialect.inspect(connection))
        }
      })
      await cache.write(await key(revisions), schema)
      return schema
    },

    async remember(revisions, schema) {
      await cache.write(await key(revisions), schema)
    },

    async settle(from, to) {
      const differing = differingTexts(diff(from, to, { traits }))
      if (differing.length === 0) return [from, to]
      // A part that does not stand alone is no part.
      const spell = async (schema: Schema) =>
        withState(await partRespelled(schema, differing).catch(() => respelled(schema)), schema)
      return [await spell(from), await spell(to)]
    },

    async renamed(schema, operations) {
      return this.after(schema, operations)
    },

    async after(base, operations) {
      const { schema } = await hold(async (connection, engine) => {
        await build(base)(connection, engine)
        await run(connection, engine, operations)
      })
      return schema
    },

    async prove(proof) {
      const part = concerned(proof)
      if (part !== undefined && (await proved(part).catch(() => false))) return
      await proved(proof)
    },

    async wayBack({ from, to, up, other }) {
      const inverse = invertAll(up) ?? other()
      try {
        await this.prove({ from, to, up, down: inverse })
        return { down: inverse }
      } catch (error) {
        if (!isGodwitError(error)) throw error
        const down = other()
        const tried = equalData(inverse, down) ? error : await this.prove({ from, to, up, down }).catch(coded)
        if (tried === undefined) return { down }
        await reached(await this.after(from, up), to, 'up')
        return { down: 'irreversible', why: error.message }
      }
    },

    async close() {
      await letGo()
      await speller.close()
      if (opened !== undefined) await (await opened).close()
    },

    async [Symbol.asyncDispose]() {
      await this.close()
    },
  }
}

const coded = (error: unknown): GodwitError => {
  if (isGodwitError(error)) return error
  throw error
}

const shadowOptions = ({ cache, shadowUrl, target }: SpellingOptions): ShadowOptions => ({
  cache,
  ...(shadowUrl !== undefined && { url: shadowUrl }),
  ...(target !== undefined && { target }),
})

type Batch =
  | Extract<Operation, { kind: 'sql' | 'run' }>
  | Ensure
  | Backfill
  | TakeBack
  | { kind: 'rendered'; operations: Operation[] }

/** Neighbouring structural operations go to the dialect together: it may merge them. */
function batches(operations: readonly Operation[]): Batch[] {
  const list: Batch[] = []
  for (const operation of operations) {
    const last = list.at(-1)
    if (operation.kind === 'sql' || operation.kind === 'run') list.push(operation)
    else if (operation.kind === 'backfill' || operation.kind === 'takeBack' || isEnsure(operation)) list.push(operation)
    else if (last?.kind === 'rendered') last.operations.push(operation)
    else list.push({ kind: 'rendered', operations: [operation] })
  }
  return list
}

/** The same error, saying which revision it was. Places in a statement are none in its file: the file alone is named. */
function inRevision(error: GodwitError, { id, message, file }: Revision): GodwitError {
  const { code, why, fix, place, data, underlying: cause } = error
  return new GodwitError(code, `Revision ${id} (${message}): ${error.message}`, {
    why: [why, place?.text].filter((line) => line !== undefined).join('\n'),
    ...(fix !== undefined && { fix }),
    place: { file },
    data: { ...data, revision: id },
    cause,
  })
}

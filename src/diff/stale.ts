// Objects whose texts keep an old name when what they read is renamed: they go before the rename, and come back after it.
import type { Operation } from '../operations/operation.ts'
import { objectRef, ref } from '../schema/names.ts'
import type { Schema } from '../schema/schema.ts'
import type { Traits } from './traits.ts'

/** The schema without them and without what reads them; the same schema where there are none. */
export function withoutStale(schema: Schema, renames: readonly Operation[], traits: Traits): Schema {
  const stale = staleIn(schema, renames, traits)
  if (stale.size === 0) return schema
  return {
    tables: schema.tables,
    objects: schema.objects.filter((object) => !stale.has(objectRef(object))),
    dependencies: schema.dependencies.filter(({ from, to }) => !stale.has(from) && !stale.has(to)),
  }
}

function staleIn({ objects, dependencies }: Schema, renames: readonly Operation[], traits: Traits): Set<string> {
  const stale = new Set<string>()
  if (traits.keepsName === undefined) return stale
  const known = new Map(objects.map((object) => [objectRef(object), object]))
  for (const rename of renames) {
    const renamed = new Set(refsOf(rename))
    for (const { from, to } of dependencies) {
      const object = known.get(from)
      if (object !== undefined && renamed.has(to) && traits.keepsName(object, rename)) stale.add(from)
    }
  }
  // What reads one of them goes with it.
  for (let before = -1; before !== stale.size; ) {
    before = stale.size
    for (const { from, to } of dependencies) if (stale.has(to) && known.has(from)) stale.add(from)
  }
  return stale
}

function refsOf(rename: Operation): string[] {
  switch (rename.kind) {
    case 'renameTable':
      return [ref('table', rename.from)]
    case 'renameColumn':
      return [ref('table', rename.table), ref('column', rename.table, rename.from)]
    case 'renameObject':
      return [ref(rename.type, rename.from)]
    default:
      return []
  }
}

// The types that are made of a type: domains over it, composites that hold it, ranges of it, and so on.
import type { Schema, SchemaObject } from '../../../../schema/schema.ts'
import type { CompositeExtra, DomainExtra, RangeExtra } from '../../shapes.ts'
import { named } from '../names.ts'
import { objectExtra } from '../shape.ts'

/** Each after those that it is made of; the type itself is not among them. */
export function typesOver(schema: Schema, type: Pick<SchemaObject, 'name'>): SchemaObject[] {
  const reached = new Set([named(type.name)])
  const found: SchemaObject[] = []
  for (let before = -1; before !== found.length; ) {
    before = found.length
    for (const object of schema.objects) {
      if (found.includes(object) || !partsOf(object).some((part) => reached.has(part))) continue
      found.push(object)
      reached.add(named(object.name))
    }
  }
  return inOrder(found)
}

// Found from the bottom up, but one may be made of another that was found after it.
function inOrder(types: readonly SchemaObject[]): SchemaObject[] {
  const ordered: SchemaObject[] = []
  const rest = [...types]
  while (rest.length > 0) {
    const open = new Set(rest.map(({ name }) => named(name)))
    const at = rest.findIndex((type) => !partsOf(type).some((part) => open.has(part) && part !== named(type.name)))
    ordered.push(...rest.splice(Math.max(at, 0), 1))
  }
  return ordered
}

function partsOf(object: SchemaObject): string[] {
  return spelled(object).map((type) => type.replace(/\[\]$/u, ''))
}

function spelled(object: SchemaObject): string[] {
  if (object.type === 'domain') return [objectExtra<DomainExtra>(object).base]
  if (object.type === 'range') return [objectExtra<RangeExtra>(object).subtype]
  return object.type === 'composite' ? objectExtra<CompositeExtra>(object).attributes.map(({ type }) => type) : []
}

// Every type of object and its family: the compiler demands each one.

import { GodwitError } from '../../../../errors.ts'
import type { SchemaObject } from '../../../../schema/schema.ts'
import type { ObjectType } from '../../shapes.ts'
import { baseTypeFamily, defined, definedBare, definedFixed } from './definitions.ts'
import type { Family } from './family.ts'
import { serverFamily, userMappingFamily, wrapperFamily } from './foreign.ts'
import { defaultPrivilegesFamily, grantFamily } from './grants.ts'
import { matviewIndexFamily, statisticsFamily } from './parts.ts'
import { policyFamily } from './policies.ts'
import { publicationFamily } from './publications.ts'
import { aggregateFamily, functionFamily, procedureFamily } from './routines.ts'
import { extensionFamily, schemaFamily, sequenceFamily } from './simple.ts'
import { eventTriggerFamily, ruleFamily, triggerFamily } from './triggers.ts'
import { collationFamily, compositeFamily, domainFamily, enumFamily, rangeFamily } from './types.ts'
import { materializedFamily, viewFamily } from './views.ts'

const families: { [Type in ObjectType]: Family } = {
  schema: schemaFamily,
  extension: extensionFamily,
  enum: enumFamily,
  domain: domainFamily,
  composite: compositeFamily,
  range: rangeFamily,
  'base type': baseTypeFamily,
  collation: collationFamily,
  sequence: sequenceFamily,
  view: viewFamily,
  'materialized view': materializedFamily,
  index: matviewIndexFamily,
  function: functionFamily,
  procedure: procedureFamily,
  aggregate: aggregateFamily,
  operator: defined('operator'),
  'operator family': defined('operator family'),
  'operator class': defined('operator class'),
  cast: definedFixed,
  conversion: defined('conversion'),
  language: definedBare('language'),
  'access method': definedFixed,
  'text search parser': defined('text search parser'),
  'text search template': defined('text search template'),
  'text search dictionary': defined('text search dictionary'),
  'text search configuration': defined('text search configuration'),
  trigger: triggerFamily,
  rule: ruleFamily,
  policy: policyFamily,
  'event trigger': eventTriggerFamily,
  statistics: statisticsFamily,
  publication: publicationFamily,
  'foreign data wrapper': wrapperFamily,
  server: serverFamily,
  'user mapping': userMappingFamily,
  grant: grantFamily,
  'default privileges': defaultPrivilegesFamily,
}
const known: ReadonlyMap<string, Family> = new Map(Object.entries(families))

/** The family of an object's type. Errors: SQL_UNSUPPORTED for a type this database does not have. */
export function familyOf({ type, name }: Pick<SchemaObject, 'type' | 'name'>): Family {
  const family = known.get(type)
  if (family === undefined) {
    throw new GodwitError('SQL_UNSUPPORTED', `PostgreSQL has no objects of type "${type}" (${name}).`, {
      fix: 'Correct the type in the revision; what is not known is written as op.sql.',
    })
  }
  return family
}

/** Whether routines are made: their bodies may name what does not exist yet. */
export const isRoutine = (type: string): boolean => type === 'function' || type === 'procedure'

// What the functions that print PostgreSQL DDL share.
import type { Names } from '../names.ts'
import type { Orm, PostgresCore } from '../orm.ts'
import type { Speller } from '../speller.ts'

/** The models' own package, and how names are written. */
export interface PostgresContext {
  orm: Orm
  pg: PostgresCore
  speller: Speller
  names: Names
  /** `"schema"."name"`; public is left out. */
  qualified(name: string, schema: string | undefined): string
}

/** ` increment by 2 minvalue 1 …`: only what the models say, the rest is the server's default. */
export function sequenceOptions(options: SequenceOptions | undefined): string {
  if (options === undefined) return ''
  const { increment, minValue, maxValue, startWith, cache, cycle } = options
  return [
    ['increment by', increment],
    ['minvalue', minValue],
    ['maxvalue', maxValue],
    ['start with', startWith],
    ['cache', cache],
  ]
    .filter(([, value]) => value !== undefined)
    .map(([words, value]) => ` ${words} ${value}`)
    .concat(cycle ? [' cycle'] : [])
    .join('')
}

/** `pgSequence`'s options; numbers may come as text. */
export interface SequenceOptions {
  increment?: number | string
  minValue?: number | string
  maxValue?: number | string
  startWith?: number | string
  cache?: number | string
  cycle?: boolean
}

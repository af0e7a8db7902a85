// The sources a configuration can name. To add one: a file, and a line here.
export { type DrizzleOptions, drizzle } from './drizzle.ts'
export { asProvided, beforeTables, type Provisions, providedBy } from './provided.ts'
export type { Source, SourceTarget, Vocabulary } from './source.ts'
export { sql } from './sql.ts'
export { keepUnspoken, vocabularyOf } from './unspoken.ts'

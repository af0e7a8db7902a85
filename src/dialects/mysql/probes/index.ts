// How to see whether a statement has already happened.
export { type Check, probeOf, repeatable } from './check.ts'
export * from './columns.ts'
export * from './constraints.ts'
export * from './indexes.ts'
export * from './objects.ts'
export * from './tables.ts'

// Traits of imaginary databases: a lenient one, one where nothing but tables changes in place, one whose constraints may lack a name.
import type { Traits } from '../../src/diff/index.ts'
import { ref } from '../../src/schema/names.ts'
import type { Style } from './random.ts'

const typeChange: Traits['disturbs'] = (operation) =>
  operation.kind === 'alterColumn' && operation.from.type !== operation.to.type
    ? [ref('column', operation.table, operation.to.name)]
    : []

const lenient: Traits = {
  columnOrder: false,
  alterObject: (from) => from.type !== 'materialized view',
  alterColumn: (from, to) => from.generated?.expression === to.generated?.expression,
  alterTable: () => true,
  alterConstraint: (from, to) => from.type === to.type && from.type === 'check',
  alterIndex: (from, to) => from.method === to.method,
  converts: (from, to) => from === 'text' || to === 'text',
  disturbs: typeChange,
}

const rigid: Traits = {
  ...lenient,
  columnOrder: true,
  alterObject: (from) => from.type === 'enum' && (from.values?.length ?? 0) < 2,
  alterTable: (from, to) => from.extra === undefined || to.extra !== undefined,
  alterConstraint: () => false,
  alterIndex: () => false,
}

const unnamed: Traits = { ...lenient, alterObject: ({ type }) => type === 'function' }

/** The imaginary databases that every law is tried on. */
export const databases: readonly { name: string; traits: Traits; style: Style }[] = [
  { name: 'lenient', traits: lenient, style: { unnamed: false } },
  { name: 'rigid', traits: rigid, style: { unnamed: false } },
  { name: 'unnamed', traits: unnamed, style: { unnamed: true } },
]

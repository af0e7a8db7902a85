// Storage parameters and FDW options as SQL.
import { identifier, literal } from '../quote.ts'
import type { Options } from '../shapes.ts'

/** `fillfactor='70', autovacuum_enabled='false'`; names may have a prefix such as `toast.`. */
export function assignments(options: Options | undefined, prefix = ''): string[] {
  return Object.entries(options ?? {}).map(([name, value]) => `${prefix}${dotted(name)}=${plain(value)}`)
}

/** `with (…)`, or nothing. */
export function withOptions(...lists: string[][]): string {
  const all = lists.flat()
  return all.length === 0 ? '' : ` with (${all.join(', ')})`
}

/** The clauses that lead from one set of storage parameters to the other: `set (…)` and `reset (…)`. */
export function optionChanges(from: Options | undefined, to: Options | undefined, prefix = ''): string[] {
  const before = new Map(Object.entries(from ?? {}))
  const after = new Map(Object.entries(to ?? {}))
  const set = [...after].filter(([name, value]) => before.get(name) !== value)
  const reset = [...before.keys()].filter((name) => !after.has(name))
  return [
    ...(set.length > 0 ? [`set (${assignments(Object.fromEntries(set), prefix).join(', ')})`] : []),
    ...(reset.length > 0 ? [`reset (${reset.map((name) => prefix + dotted(name)).join(', ')})`] : []),
  ]
}

/** FDW options of a new thing: ` options (name 'value')`, or nothing. */
export function foreignOptions(options: Options | undefined): string {
  const all = Object.entries(options ?? {}).map(([name, value]) => `${identifier(name)} ${literal(value)}`)
  return all.length === 0 ? '' : ` options (${all.join(', ')})`
}

/** `options (add …, set …, drop …)`, or undefined where nothing changes. */
export function foreignOptionChanges(from: Options | undefined, to: Options | undefined): string | undefined {
  const before = new Map(Object.entries(from ?? {}))
  const after = new Map(Object.entries(to ?? {}))
  const changes = [
    ...[...before.keys()].filter((name) => !after.has(name)).map((name) => `drop ${identifier(name)}`),
    ...[...after]
      .filter(([name, value]) => before.get(name) !== value)
      .map(([name, value]) => `${before.has(name) ? 'set' : 'add'} ${identifier(name)} ${literal(value)}`),
  ]
  return changes.length === 0 ? undefined : `options (${changes.join(', ')})`
}

// Numbers and switches are read without quotes as well, and read better.
const plain = (value: string): string =>
  /^(-?\d+(\.\d+)?|true|false|on|off|auto|local|cascaded)$/u.test(value) ? value : literal(value)

const dotted = (name: string): string => name.split('.').map(identifier).join('.')

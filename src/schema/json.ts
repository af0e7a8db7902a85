// JSON values: deep equality, one text per value, and its hash.
import { hash } from 'node:crypto'

/** Orders strings by UTF-16 code unit: the same on every machine, unlike a locale's order. */
export const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

/** Deep equality of plain data. A key whose value is undefined counts as absent; functions are equal if identical. */
export function equalData(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (!isRecord(a) || !isRecord(b) || Array.isArray(a) !== Array.isArray(b)) return false
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, at) => equalData(item, b[at]))
  }
  let balance = 0
  for (const key of Object.keys(a)) {
    if (a[key] === undefined) continue
    if (!Object.hasOwn(b, key) || !equalData(a[key], b[key])) return false
    balance++
  }
  for (const key of Object.keys(b)) if (b[key] !== undefined) balance--
  return balance === 0
}

/** JSON text with sorted keys: equal data gives equal text. Undefined values are left out. */
export function stableText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(stableText).join(',')}]`
  if (!isRecord(value)) return JSON.stringify(value) ?? 'null'
  const parts = Object.keys(value)
    .filter((key) => value[key] !== undefined)
    .sort(byText)
    .map((key) => `${JSON.stringify(key)}:${stableText(value[key])}`)
  return `{${parts.join(',')}}`
}

/** SHA-256 (hex) of the canonical JSON text: independent of the order of keys. */
export const hashOf = (json: unknown): string => hash('sha256', stableText(json), 'hex')

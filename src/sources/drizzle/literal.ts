// JavaScript values as SQL literals.

/** `'it''s'`. A quote is doubled; nothing else has a meaning inside. */
export const quoteText = (text: string): string => `'${text.replaceAll("'", "''")}'`

/** The literals in which databases differ. */
export interface LiteralStyle {
  bytes(hex: string): string
  array(values: readonly unknown[]): string
}

/** A literal for any value that a model can hold: as the application would send it, so that what is stored is the same. */
export function literalOf(value: unknown, style: LiteralStyle): string {
  if (value === null || value === undefined) return 'null'
  if (typeof value === 'string') return quoteText(value)
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return String(value)
  if (value instanceof Date) return quoteText(value.toISOString())
  if (value instanceof Uint8Array) return style.bytes(Buffer.from(value).toString('hex'))
  if (Array.isArray(value)) return style.array(value)
  return quoteText(toJson(value))
}

/** JSON text; a bigint is written as the number it is. */
export function toJson(value: unknown): string {
  const raw = (_: string, inner: unknown): unknown =>
    typeof inner === 'bigint' ? (Number.isSafeInteger(Number(inner)) ? Number(inner) : inner.toString()) : inner
  return JSON.stringify(value, raw) ?? 'null'
}

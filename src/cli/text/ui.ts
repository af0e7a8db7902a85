// The few things every report is written with: colours, tables, times, and names made harmless.
import pc from 'picocolors'

/** How to write for this terminal. */
export interface Ui {
  colors: ReturnType<typeof pc.createColors>
  now: Date
}

/** What a verb's text is: lines for people, or a script (stdout as it is, notes for people beside it). */
export type Text = string | { script: string; notes?: string }

/** Writes a report. */
export type Writer<Report> = (report: Report, ui: Ui) => Text

/** A Ui for a terminal that shows colours, or does not. */
export const createUi = (color: boolean, now = new Date()): Ui => ({ colors: pc.createColors(color), now })

// C0 and C1 controls, DEL, and the marks that turn the direction of text or break lines.
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/gu
const SHORT = new Map([
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
])
const escaped = (char: string): string =>
  SHORT.get(char) ?? `\\u${(char.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`

/** A name or message from outside, on one line and unable to steer the terminal. */
export const clean = (text: string): string => text.replace(UNSAFE, escaped)

/** The same for text of several lines (SQL): line ends and tabs stay. */
export const cleanLines = (text: string): string =>
  text.replaceAll('\r\n', '\n').replace(UNSAFE, (char) => (char === '\n' || char === '\t' ? char : escaped(char)))

const ANSI = /\u001b\[[0-9;]*m/g
const segments = new Intl.Segmenter(undefined, { granularity: 'grapheme' })
const WIDE =
  /^[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u

/** Columns a text takes in a terminal. */
export function width(text: string): number {
  const bare = text.replace(ANSI, '')
  // Plain ASCII is by far the most: no segmenting.
  if (/^[\u0020-\u007e]*$/.test(bare)) return bare.length
  let total = 0
  for (const { segment } of segments.segment(bare)) total += WIDE.test(segment) ? 2 : 1
  return total
}

/** Aligned columns, two blanks apart; `right` says which columns are numbers. Nothing trails. */
export function table(
  rows: readonly (readonly string[])[],
  options: { indent?: number; right?: readonly number[] } = {},
): string {
  const widths: number[] = []
  for (const row of rows) {
    row.forEach((cell, index) => {
      widths[index] = Math.max(widths[index] ?? 0, width(cell))
    })
  }
  return rows
    .map((row) => {
      const cells = row.map((cell, index) => {
        const gap = ' '.repeat((widths[index] ?? 0) - width(cell))
        return options.right?.includes(index) ? gap + cell : cell + gap
      })
      return `${' '.repeat(options.indent ?? 0)}${cells.join('  ')}`.trimEnd()
    })
    .join('\n')
}

/** `3 tables`, `1 table`, `2 indexes`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`
}

/** Milliseconds for people: `12 ms`, `1.2 s`, `3 min 4 s`. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`
}

/** Bytes for people: `512 B`, `1.4 MiB`. */
export function amount(bytes: number): string {
  let size = bytes
  for (const unit of ['B', 'KiB', 'MiB', 'GiB']) {
    if (size < 1024) return `${unit === 'B' ? size : size.toFixed(1)} ${unit}`
    size /= 1024
  }
  return `${size.toFixed(1)} TiB`
}

const STEPS: readonly [number, string][] = [
  [60, 'second'],
  [60, 'minute'],
  [24, 'hour'],
  [30, 'day'],
  [12, 'month'],
  [Number.POSITIVE_INFINITY, 'year'],
]

/** `2 hours ago`, from an ISO time; the text itself where it is none. */
export function ago(iso: string, now: Date): string {
  let amount = (now.getTime() - Date.parse(iso)) / 1000
  if (Number.isNaN(amount)) return clean(iso)
  if (amount < 5) return 'just now'
  for (const [size, unit] of STEPS) {
    if (amount < size) return `${plural(Math.floor(amount), unit)} ago`
    amount /= size
  }
  return clean(iso)
}

/** Indents every line. */
export const indent = (text: string, by = 2): string => text.replaceAll(/^(?=.)/gm, ' '.repeat(by))

/** Paragraphs, those that are empty left out. */
export const join = (...parts: readonly (string | undefined | false)[]): string =>
  parts.filter((part) => part !== undefined && part !== false && part !== '').join('\n')

/** A sign of an operation in its colour. */
export function sign(mark: string, { colors }: Ui): string {
  return mark === '+' ? colors.green('+') : mark === '-' ? colors.red('-') : colors.yellow('~')
}

// Revisions written as SQL: a header of comments, then the sections `-- up` and `-- down`.
import { GodwitError, type Place } from '../errors.ts'
import { placeAt } from './place.ts'
import { FORMAT, type RevisionDefinition, type RevisionHeader } from './revision.ts'

/** What an SQL revision holds, and on which line its sections begin. */
export interface SqlRevision {
  definition: RevisionDefinition
  lines: { up: number; down?: number }
}

const ID = /^[a-z0-9_]{1,64}$/
const MARK = /^--[ \t]*(up|down|irreversible|no transaction)[ \t]*$/gim

// A field of the header, or the first mark of a section, where the header ends.
const FIELD =
  /^--[ \t]*(?:(up|down|irreversible|no transaction)[ \t]*$|(id|revision|parents|message|format)[ \t]*:(.*)$)/gim

/** The header alone: `-- id:`, `-- parents:`, `-- message:` before the first section. Errors: REVISION_INVALID. */
export function readSqlHeader(text: string, file: string): RevisionHeader {
  const fields = fieldsOf(text)
  const id = fields.get('id') ?? fields.get('revision')
  if (id === undefined || !ID.test(id)) {
    throw invalid(id === undefined ? 'its header has no line `-- id: …`' : 'its id must be 1 to 64 of a-z, 0-9 and _', {
      file,
      line: 1,
    })
  }
  const parents = (fields.get('parents') ?? '').split(/[\s,]+/).filter((parent) => parent !== '')
  if (!parents.every((parent) => ID.test(parent))) {
    throw invalid(
      'its parents must be revision ids separated by commas',
      placeAt(text, text.search(/^--\s*parents/im), file),
    )
  }
  return { id, parents, message: fields.get('message') ?? '', file }
}

function fieldsOf(text: string): Map<string, string> {
  const fields = new Map<string, string>()
  FIELD.lastIndex = 0
  for (let found = FIELD.exec(text); found !== null; found = FIELD.exec(text)) {
    const [, mark, name = '', value = ''] = found
    if (mark !== undefined && !/^no/i.test(mark)) break
    if (mark !== undefined) continue
    // The first one counts: a comment further down may look like one.
    if (!fields.has(name.toLowerCase())) fields.set(name.toLowerCase(), value.trim())
  }
  return fields
}

/** The format that the header names. Errors: REVISION_INVALID. */
function formatIn(text: string, file: string): number | undefined {
  const format = fieldsOf(text).get('format')
  if (format === undefined || (/^\d+$/.test(format) && Number(format) >= 1 && Number(format) <= FORMAT)) {
    return format === undefined ? undefined : Number(format)
  }
  throw invalid(
    `its format must be a number from 1 to ${FORMAT}: was it written by a newer Godwit?`,
    placeAt(text, text.search(/^--\s*format/im), file),
  )
}

/** The whole revision. Without a section mark everything after the header is `up`. Errors: REVISION_INVALID. */
export function readSql(text: string, { id, parents, message, file }: RevisionHeader): SqlRevision {
  const found = marks(text)
  const only = (name: string) => {
    const [first, second] = found.filter((mark) => mark.name === name)
    if (second !== undefined) throw invalid(`it has two lines \`-- ${name}\``, placeAt(text, second.start, file))
    return first
  }
  const [up, down, irreversible, bare] = [only('up'), only('down'), only('irreversible'), only('no transaction')]
  if (down !== undefined && irreversible !== undefined) {
    throw invalid('it has both `-- down` and `-- irreversible`', placeAt(text, irreversible.start, file))
  }
  const sections = [up, down, irreversible].filter((mark) => mark !== undefined)
  const sectionAfter = (mark: { end: number } | undefined): { sql: string; line: number } => {
    const from = mark?.end ?? headerEnd(text)
    const to = Math.min(...sections.map(({ start }) => start).filter((start) => start >= from), text.length)
    const blank = /^\s*/.exec(text.slice(from, to))?.[0].length ?? 0
    return { sql: text.slice(from + blank, to).trimEnd(), line: placeAt(text, from + blank).line ?? 1 }
  }
  const upper = sectionAfter(up)
  const lower = down === undefined ? undefined : sectionAfter(down)
  const format = formatIn(text, file)
  return {
    definition: {
      id,
      parents,
      message,
      ...(format !== undefined && { format }),
      operations: [{ kind: 'sql', up: upper.sql, ...(lower !== undefined && { down: lower.sql }) }],
      ...(irreversible !== undefined && { down: 'irreversible' as const }),
      ...(bare !== undefined && { transaction: false }),
    },
    lines: { up: upper.line, ...(lower !== undefined && { down: lower.line }) },
  }
}

/** The text of an SQL revision file. `down` undefined: none is known; null: irreversible. */
export function printSql(revision: RevisionHeaderText, up: string, down: string | null | undefined): string {
  const header = [
    `-- id: ${revision.id}`,
    `-- parents: ${revision.parents.join(', ')}`.trimEnd(),
    `-- message: ${revision.message.replace(/\s+/g, ' ')}`,
    `-- format: ${FORMAT}`,
  ]
  if (revision.transaction === false) header.push('-- no transaction')
  const tail = down === null ? ['', '-- irreversible'] : down === undefined ? [] : ['', '-- down', down]
  return `${[...header, '', '-- up', up, ...tail].join('\n').trimEnd()}\n`
}

/** What the header of a printed file needs. */
export type RevisionHeaderText = Pick<RevisionDefinition, 'id' | 'parents' | 'message' | 'transaction'>

interface Mark {
  name: string
  start: number
  end: number
}

const marks = (text: string): Mark[] =>
  [...text.matchAll(MARK)].map((match) => ({
    name: (match[1] ?? '').toLowerCase(),
    start: match.index,
    end: match.index + match[0].length,
  }))

// Without marks: the header is the comment lines at the top.
const headerEnd = (text: string): number => /^(?:\uFEFF?(?:[ \t]*--[^\n]*|[ \t]*\r?)\n)*/.exec(text)?.[0].length ?? 0

const invalid = (problem: string, place: Place): GodwitError =>
  new GodwitError('REVISION_INVALID', `The revision file ${place.file ?? ''} is not valid: ${problem}.`, {
    fix: 'A revision in SQL begins with `-- id: …`, `-- parents: …` and `-- message: …`, then `-- up` and `-- down` (or `-- irreversible`), each on a line of its own.',
    place,
  })

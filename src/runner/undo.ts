// The way down of a revision, as operations and as the JSON that the history keeps for the day the file is gone.
import { GodwitError } from '../errors.ts'
import { invertAll } from '../operations/index.ts'
import type { Operation } from '../operations/operation.ts'
import { isKind, lackingKey } from '../operations/required.ts'
import type { RevisionDefinition } from '../revisions/index.ts'

/** What `undo` of the history may say instead of operations. */
const IRREVERSIBLE = 'irreversible'
const CODE = 'code'
const UNKNOWN = ''

/** The operations that undo a revision. Errors: REVISION_IRREVERSIBLE. */
export function downOf(revision: Pick<RevisionDefinition, 'id' | 'operations' | 'down'>): Operation[] {
  const { id, operations, down } = revision
  if (Array.isArray(down)) return down
  const inverse = down === 'irreversible' ? null : invertAll(operations)
  if (inverse !== null) return inverse
  throw irreversible(id, down === 'irreversible')
}

/** For the history: operations as JSON, or a word that says why there are none. */
export function undoOf(revision: Pick<RevisionDefinition, 'operations' | 'down'>): string {
  if (revision.down === 'irreversible') return IRREVERSIBLE
  const operations = revision.down ?? invertAll(revision.operations)
  if (operations === null) return UNKNOWN
  if (operations.some(({ kind }) => kind === 'run')) return CODE
  // What would undo the undoing is the text of the file itself, which the history keeps already.
  return JSON.stringify(operations.map((each) => (each.kind === 'sql' ? { kind: each.kind, up: each.up } : each)))
}

/** The operations that the history kept. Errors: REVISION_IRREVERSIBLE, REVISION_MISSING (its way down is code, or was never known), STATE_INVALID. */
export function storedUndo(revision: string, undo: string): Operation[] {
  if (undo === IRREVERSIBLE || undo === UNKNOWN) throw irreversible(revision, undo === IRREVERSIBLE)
  if (undo === CODE) {
    throw new GodwitError(
      'REVISION_MISSING',
      `The file of revision ${revision} is needed to undo it, and it is gone.`,
      {
        why: 'Its way down is code, which the history cannot keep.',
        fix: `Bring the file back: git log --all --diff-filter=D -S${revision}`,
        data: { revision },
      },
    )
  }
  const kept = parsed(undo)
  if (kept !== undefined) return kept
  throw new GodwitError('STATE_INVALID', `What the history keeps to undo revision ${revision} cannot be read.`, {
    why: 'Its way down is kept as operations in JSON, and this is something else: the row was changed by other means.',
    fix: `Bring the file back, which says it too: git log --all --diff-filter=D -S${revision}`,
    data: { revision },
  })
}

// Code cannot come out of a database: an operation that would need it is none.
function parsed(undo: string): Operation[] | undefined {
  try {
    const list: unknown = JSON.parse(undo)
    const isOperation = (each: unknown): each is Operation => {
      const kind: unknown = Reflect.get(Object(each), 'kind')
      return isKind(kind) && kind !== 'run' && lackingKey(each as Operation) === undefined
    }
    return Array.isArray(list) && list.every(isOperation) ? list : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

const irreversible = (revision: string, declared: boolean): GodwitError =>
  new GodwitError('REVISION_IRREVERSIBLE', `Revision ${revision} cannot be undone.`, {
    why: declared
      ? 'It says `down: irreversible` itself.'
      : 'It holds SQL or code without a `down`, so nobody has said how to take it back.',
    fix: declared
      ? 'Restore a backup, or write a new revision that repairs what has to be repaired.'
      : "Write `down` into its file (`down: ''` where nothing has to be taken back).",
    data: { revision },
  })

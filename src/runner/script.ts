// The plan as one SQL text, with all bookkeeping in it: for reviews, and for databases that only a person may touch.
import { GodwitError } from '../errors.ts'
import { ancestors, findRevision, rootsOf } from '../revisions/index.ts'
import { worksAhead } from './ahead.ts'
import { entryOf } from './execute.ts'
import { bootstrap, emptyBooks, ledger } from './journal.ts'
import { prepare, tellBroken } from './prepare.ts'
import type { RunnerContext } from './reports.ts'
import { folderOf, plannedOf, type RunOptions, readState } from './run.ts'
import { type Session, withSession } from './session.ts'
import { type State, stateOf } from './state.ts'
import type { Work } from './step.ts'

/** The script. `from` takes the place of the database's own history. Errors: SQL_UNSUPPORTED for revisions with code. */
export async function scriptFor(context: RunnerContext, options: RunOptions & { from?: string }): Promise<string> {
  const folder = await folderOf(context)
  return withSession(context, 'read', async (session) => {
    const { dialect, connection } = session
    const { from } = options
    const state = from === undefined ? await readState(session, folder) : supposed(stateOf(folder, emptyBooks()), from)
    const ids = await plannedOf(session, state, options)
    const prepared = await prepare(dialect, state, ids, options.direction, connection)
    tellBroken(session.emit, prepared)
    const works = await worksAhead(session, prepared, 'script')
    const books = { ...session, ledger: ledger(dialect, session.author) }
    const project = rootsOf(state.graph)[0] ?? ''
    const head = works.length > 0 && options.direction === 'up' ? bootstrap(dialect, project).map(ended) : []
    const note = dialect.scriptHead?.(works.flatMap(({ statements }) => statements.map(({ sql }) => sql)))
    return [...(note === undefined ? [] : [`${note}\n`]), ...head, ...works.map((work) => block(books, work))].join(
      '\n',
    )
  })
}

// As if these revisions, and nothing else, were applied.
function supposed(state: State, from: string): State {
  const applied = from === 'base' ? new Set<string>() : ancestors(state.graph, [findRevision(state.graph, from)])
  const history = new Map(
    [...applied].map((revision) => {
      const { parents = [], checksum = '' } = state.files.get(revision) ?? {}
      return [revision, { revision, parents, checksum, state: 'done' as const, progress: 0 }]
    }),
  )
  return { ...state, applied, books: { ...state.books, history } }
}

const ended = (sql: string): string =>
  `${sql.trimEnd().replace(/;$/, '')}${/--[^\n]*$/.test(sql.trimEnd()) ? '\n' : ''};\n`

function block({ dialect, ledger: lines, lockTimeout }: Session, { step, items, statements }: Work): string {
  const { revision, direction } = step
  const { id, message } = revision
  const code = items.some(({ type }) => type === 'run')
  if (code) {
    throw new GodwitError('SQL_UNSUPPORTED', `Revision ${id} runs code, which a script cannot hold.`, {
      fix: `Make the script up to the revision before it, and run this one with \`godwit ${direction === 'up' ? 'upgrade' : 'downgrade'}\`.`,
      place: { file: revision.file },
    })
  }
  const up = direction === 'up'
  const claim = up ? lines.claim(entryOf(step), 'done') : lines.claimUndo(id)
  const finish = up ? [lines.done(id, 'up')] : [lines.done(id, 'down'), lines.forget(id)]
  const title = `-- ${up ? 'upgrade' : 'downgrade'} ${id}: ${message.replace(/\s+/g, ' ')}\n`
  const written = statements.map(
    ({ sql, note }) => (note === undefined ? '' : `-- ${note.replace(/\s+/g, ' ')}\n`) + ended(sql),
  )
  const [first] = statements
  if (!statements.every(({ transactional, frame }) => transactional && frame === first?.frame)) {
    return [title, ...written, ...[claim, ...finish].map(ended)].join('')
  }
  const { before, begin, verify, commit, after } = dialect.bracket(statements, { lockTimeout })
  return [
    title,
    ...[...before, ...begin, claim].map(ended),
    ...written,
    ...[...verify, ...finish, commit, ...after].map(ended),
  ].join('')
}

// What a dialect answers for operations: SQL with the facts that the runner, the linter and the plan need.

/** One statement to send. */
export interface Statement {
  sql: string
  /** The same without what was read from this very database: a run that goes on knows the statement by it. */
  template?: string
  /** False: cannot run inside a transaction (and commits on its own). */
  transactional: boolean
  /** Index into the operations it was rendered from. */
  operation: number
  /** Statements of different frames must not share a transaction: the text that holds them commits in between. */
  frame?: string
  facts?: Facts
  /** How to see whether it has already happened: needed for every statement that commits on its own. */
  probe?: Probe
  /**
   * The same change asked for in other ways, to be tried in order where the server refuses the one before as unsupported
   * (failure kind `unsupported`): refusing changes nothing.
   */
  otherwise?: readonly string[]
  /**
   * What is left where the server refuses all of these, and only for what `only` gives a row of: there, the dearer way is
   * the sole one. `note` says what it costs.
   */
  resort?: { sql: string; only: string; note: string }
  /** SQL run at the end of the same transaction that must return no row; a row is an error that names it. */
  verify?: string[]
  /** A comment for the reader, without the comment mark. */
  note?: string
}

/** What a statement does to a running system. Absent means no. */
export interface Facts {
  /** The strongest lock it takes, in the database's own words. */
  lock?: string
  rewrites?: boolean
  scans?: boolean
  losesData?: boolean
  blocksReads?: boolean
  blocksWrites?: boolean
}

/** `sql` returns one row with one column `state`: done, absent or half. `repair` turns half into absent. */
export interface Probe {
  sql: string
  repair?: string[]
}

export type ProbeState = 'done' | 'absent' | 'half'

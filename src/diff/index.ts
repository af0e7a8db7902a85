// The difference of two schemas, and what has to be decided before: the face of this folder.
export { type RenameCandidate, renameCandidates } from './candidates.ts'
export { type DiffOptions, diff } from './diff.ts'
export { caseRenames } from './letters.ts'
export { formatRename, parseRename, type Rename, refuseUnknown, renameOperations } from './renames.ts'
export { simplify } from './simplify.ts'
export { withoutStale } from './stale.ts'
export type { Traits } from './traits.ts'

// The history on disk: what other parts may use of it.
export { checksum } from './checksum.ts'
export {
  type Folder,
  fileName,
  kindOf,
  parseRevisionFile,
  type RevisionFile,
  readFolder,
  readRevisionFile,
  removeRevision,
  writeRevision,
} from './folder.ts'
export {
  ancestors,
  descendants,
  type Graph,
  graphOf,
  headsAmong,
  headsOf,
  type Node,
  pathDown,
  pathUp,
  rootsOf,
} from './graph.ts'
export { load, loadStored, newId } from './load.ts'
export { placeAt } from './place.ts'
export { cannotBeWritten, checkReadBack } from './read-back.ts'
export { FORMAT, type Revision, type RevisionDefinition, type RevisionHeader, revision } from './revision.ts'
export { printSql, readSql } from './sql.ts'
export { findRevision, routeDown, routeUp, soleHead } from './target.ts'
export { type Token, tokenize } from './tokens.ts'
export { isLiteral, printTypescript } from './typescript.ts'

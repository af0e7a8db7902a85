// From two schemas to the operations between them, renames carried out by the engine so that every text follows.
import type { Dialect } from '../dialects/dialect.ts'
import {
  caseRenames,
  diff,
  parseRename,
  type Rename,
  type RenameCandidate,
  refuseUnknown,
  renameOperations,
  withoutStale,
} from '../diff/index.ts'
import { GodwitError } from '../errors.ts'
import { invertAll } from '../operations/index.ts'
import type { Operation } from '../operations/operation.ts'
import { ignoring } from '../runner/ignored.ts'
import type { Spelling } from '../runner/shadow.ts'
import { objectRef, ref } from '../schema/names.ts'
import type { Schema } from '../schema/schema.ts'
import { keepUnspoken, type Vocabulary } from '../sources/index.ts'
import { candidatesBeside, flagOf } from './renames.ts'

/** Two schemas, and what is known of renames between them. */
export interface DifferenceRequest {
  dialect: Dialect
  spelling: Spelling
  from: Schema
  to: Schema
  /** What `to` can say at all, where it comes from models: the rest of `from` is left alone. */
  vocabulary?: Vocabulary | undefined
  /** Patterns of what is left alone on both sides. */
  ignore?: readonly string[]
  /** Tables of other migration tools are left alone as well. Default true. */
  tools?: boolean
  /** As given by --rename. */
  rename?: readonly string[]
  /** Decides about the likely renames that nobody mentioned. Absent: they are none. */
  decide?: (candidates: RenameCandidate[]) => Promise<Rename[]>
}

/** The way, and both ends as the shadow spells them. */
export interface Difference {
  operations: Operation[]
  /** The way back as the difference of the other direction, renames taken back: for where the inverses do not serve. */
  back(): Operation[]
  before: Schema
  after: Schema
  /** Likely renames that were taken for none, as --rename would be told. */
  open: string[]
}

/** Errors: USAGE (a rename that cannot be read, or of things that are not there), those of `decide` and of the shadow. */
export async function difference(request: DifferenceRequest): Promise<Difference> {
  const { dialect, spelling, vocabulary, ignore = [], tools = true, rename = [], decide } = request
  const { traits } = dialect
  const given = rename.map(parseRename)
  const ignored = ignoring(ignore, { namespaces: dialect.namespaces, tools })
  const [before, whole] = await spelling.settle(request.from, request.to)
  refuseUnknown(before, given)
  const spoken = ignored.without(whole)
  const afterOf = (known: Schema): Schema =>
    ignored.keeping(vocabulary === undefined ? spoken : keepUnspoken(spoken, known, vocabulary), known)
  const named = new Set(given.flatMap((each) => [`${each.kind} ${each.from}`, `to ${each.kind} ${each.to}`]))
  const certain = caseRenames(before, afterOf(before), traits).filter(
    (each) => !named.has(`${each.kind} ${each.from}`) && !named.has(`to ${each.kind} ${each.to}`),
  )
  const candidates = candidatesBeside(before, afterOf(before), dialect, [...given, ...certain])
  const decided = decide === undefined || candidates.length === 0 ? [] : await decide(candidates)
  const renames = [...given, ...certain, ...decided]
  const taken = new Set(decided.map(flagOf))
  const open = candidates.map(flagOf).filter((flag) => !taken.has(flag))
  if (renames.length === 0) {
    const after = afterOf(before)
    const back = (): Operation[] => diff(after, before, { traits })
    return { operations: diff(before, after, { traits }), back, before, after, open }
  }
  const moved = renameOperations(before, renames, spoken)
  const clear = withoutStale(before, moved, traits)
  const way = clear === before ? [] : diff(before, clear, { traits })
  const gone = goneFrom(before, clear)
  const first = moved.filter((each) => each.kind !== 'renameObject' || !gone.has(ref(each.type, each.from)))
  const renamed = await spelling.renamed(clear, first)
  const after = afterOf(renamed)
  refuseUnspoken(gone, spoken, afterOf(before))
  const back = (): Operation[] => [...diff(after, renamed, { traits }), ...(invertAll([...way, ...first]) ?? [])]
  return { operations: [...way, ...first, ...diff(renamed, after, { traits })], back, before, after, open }
}

function goneFrom(before: Schema, clear: Schema): Set<string> {
  const left = new Set(clear.objects.map(objectRef))
  return new Set(before.objects.map(objectRef).filter((each) => !left.has(each)))
}

/** What the models cannot say would not come back after the rename: a person has to write how it reads from now on. */
function refuseUnspoken(gone: Set<string>, spoken: Schema, kept: Schema): void {
  if (gone.size === 0) return
  const said = new Set(spoken.objects.map(objectRef))
  const lost = kept.objects.map(objectRef).filter((each) => gone.has(each) && !said.has(each))
  if (lost.length === 0) return
  throw new GodwitError('DECISION_NEEDED', `The rename would leave ${lost.join(', ')} with a name that is gone.`, {
    why: 'This database keeps the text of what reads a renamed table or column, and the models do not say how it reads.',
    fix: 'Write the revision by hand (`godwit revision`): drop it, rename, and create it again with the new name.',
  })
}

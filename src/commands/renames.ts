// Renames: found by likeness, decided by a person or by flags, never guessed.
import type { Dialect } from '../dialects/dialect.ts'
import { formatRename, type Rename, type RenameCandidate, renameCandidates } from '../diff/index.ts'
import { GodwitError } from '../errors.ts'
import type { Schema } from '../schema/schema.ts'
import type { Context } from './context.ts'

/** What the flags say. */
export interface RenameFlags {
  /** False: whatever looks like a rename is none. */
  renames?: boolean | undefined
  /** Every likely rename is one. */
  yes?: boolean | undefined
}

/** As `--rename` is written. */
export const flagOf = ({ kind, from, to }: Rename): string => formatRename({ kind, from, to })

/** Likely renames of things that no decided rename mentions, the likeliest first. */
export function candidatesBeside(
  from: Schema,
  to: Schema,
  dialect: Dialect,
  decided: readonly Rename[],
): RenameCandidate[] {
  const gone = new Set(decided.map((rename) => `${rename.kind} ${rename.from}`))
  const come = new Set(decided.map((rename) => `${rename.kind} ${rename.to}`))
  return renameCandidates(from, to, dialect.traits).filter(
    (one) => !gone.has(`${one.kind} ${one.from}`) && !come.has(`${one.kind} ${one.to}`),
  )
}

/** One old thing and what it may have become, the likeliest first. */
interface Choice {
  kind: string
  from: string
  candidates: RenameCandidate[]
}

/** Asks about each; without anybody to ask, DECISION_NEEDED lists the flags. */
export async function decideRenames(
  context: Context,
  candidates: readonly RenameCandidate[],
  { renames, yes }: RenameFlags,
): Promise<Rename[]> {
  if (renames === false) return []
  if (!yes && context.ask === undefined) throw undecided(candidates)
  const taken = new Set<string>()
  const decided: Rename[] = []
  for (const choice of choicesOf(candidates)) {
    const free = choice.candidates.filter(({ kind, to }) => !taken.has(`${kind} ${to}`))
    if (free.length === 0) continue
    const chosen = yes ? free[0] : await askAbout(context, choice, free)
    if (chosen === undefined) continue
    taken.add(`${chosen.kind} ${chosen.to}`)
    decided.push({ kind: chosen.kind, from: chosen.from, to: chosen.to })
  }
  return decided
}

function choicesOf(candidates: readonly RenameCandidate[]): Choice[] {
  const choices = new Map<string, Choice>()
  for (const candidate of [...candidates].sort((a, b) => b.score - a.score)) {
    const key = `${candidate.kind} ${candidate.from}`
    const choice = choices.get(key) ?? { kind: candidate.kind, from: candidate.from, candidates: [] }
    choice.candidates.push(candidate)
    choices.set(key, choice)
  }
  return [...choices.values()]
}

async function askAbout(
  context: Context,
  choice: Choice,
  free: readonly RenameCandidate[],
): Promise<RenameCandidate | undefined> {
  const answer = await context.ask?.select({
    message: `Was the ${choice.kind} ${choice.from} renamed?`,
    options: [
      ...free.map(({ to, score }) => ({
        label: `yes, to ${to}: its data stays`,
        hint: `${Math.round(score * 100)}% alike`,
      })),
      { label: `no: drop ${choice.from}, and its data`, hint: 'what is new starts empty' },
    ],
  })
  return answer === undefined ? undefined : free[answer]
}

function undecided(candidates: readonly RenameCandidate[]): GodwitError {
  const flags = candidates.map((candidate) => `--rename ${shellQuoted(flagOf(candidate))}`)
  const what = choicesOf(candidates).map(
    ({ kind, from, candidates: may }) => `the ${kind} ${from} (to ${may.map(({ to }) => to).join(', or ')}?)`,
  )
  return new GodwitError('DECISION_NEEDED', `Was this renamed, or dropped: ${what.join(', ')}?`, {
    why: 'A rename keeps the data, a drop loses it, and there is no terminal to ask at.',
    fix: `Nothing was written. Pass what is true:\n${flags.join('\n')}\n--no-renames (nothing was renamed: drop and add)`,
    data: {
      candidates: candidates.map(({ kind, from, to, score }) => ({
        kind,
        from,
        to,
        score,
        flag: flagOf({ kind, from, to }),
      })),
    },
  })
}

/** Fit to be pasted into a shell. */
const shellQuoted = (text: string): string =>
  /^[\w.=:@%+,/-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`

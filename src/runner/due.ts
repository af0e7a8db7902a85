// Which seeds are to be run, from what the books say: no query, and nothing loaded that need not run.
import { type LoadedSeed, loadSeed, type SeedFile } from './seed.ts'

/** What became of one seed. */
export interface SeedReport {
  name: string
  /**
   * `ran`; `done`: it ran before; `edited`: it ran before, and the file has other content now (it is not run again);
   * `elsewhere`: it is for other environments.
   */
  outcome: 'ran' | 'done' | 'edited' | 'elsewhere'
  /** Milliseconds, where it ran. */
  duration?: number
}

/** A seed with what is to be done about it. */
export type Decision =
  | { name: string; outcome: Exclude<SeedReport['outcome'], 'ran'> }
  | { name: string; seed: LoadedSeed }

// The record is a row of the meta table, so that the one query of a start has it already.
export const keyOf = (name: string): string => `seed ${name}`

/** What is to be done, from what the books say. No query; only seeds that may have to run are loaded. Errors: SEED_INVALID. */
export async function decideSeeds(
  seeds: readonly SeedFile[],
  meta: ReadonlyMap<string, string>,
  environment: string,
  again: readonly string[] = [],
): Promise<Decision[]> {
  const decisions: Decision[] = []
  for (const file of seeds) {
    const { name } = file
    const record = again.includes(name) ? undefined : meta.get(keyOf(name))
    if (record === file.checksum) {
      decisions.push({ name, outcome: 'done' })
      continue
    }
    const seed = await loadSeed(file)
    if (seed.environments !== undefined && !seed.environments.includes(environment)) {
      decisions.push({ name, outcome: 'elsewhere' })
    } else if (record !== undefined && !seed.always) decisions.push({ name, outcome: 'edited' })
    else decisions.push({ name, seed })
  }
  return decisions
}

/** Whether any seed is to be run. */
export const anyDue = (decisions: readonly Decision[]): boolean => decisions.some((decision) => 'seed' in decision)

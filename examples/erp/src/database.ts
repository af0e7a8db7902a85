// The five steps of a start. 1: the modules; 2: the application's tables; 3: missing columns (the revisions, in the order of their
// numbers); 4: the administrator; 5: sample data (the seeds).
import { isGodwitError, startup } from 'godwit'

/** Revisions that are not applied, each with the reason. Empty: the database is complete. */
export type Missing = Map<string, string>

/**
 * Prepares the database, and says what of it is missing because a module failed: the others are there, and the program can serve
 * them. Everything else that goes wrong (no server, a password that is refused) ends the start.
 */
export async function initializeDatabase(): Promise<Missing> {
  const missing: Missing = new Map()
  try {
    await startup({ policy: 'migrate', keepGoing: true })
  } catch (error) {
    if (!isGodwitError(error) || error.code !== 'REVISIONS_FAILED') throw error
    const { failed, waiting } = error.data as { failed: { revision: string; message: string }[]; waiting: string[] }
    for (const { revision, message } of failed) missing.set(revision, message)
    for (const revision of waiting)
      missing.set(revision, `It waits for ${failed.map(({ revision }) => revision).join(', ')}.`)
  }
  return missing
}

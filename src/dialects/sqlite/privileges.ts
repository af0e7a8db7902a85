// What a process needs to migrate a file: the file system answers.
import { accessSync, constants } from 'node:fs'
import { dirname } from 'node:path'
import type { Connection, Privilege } from '../dialect.ts'

/** The file, and its folder for the journal beside it. */
export async function privileges({ location }: Connection): Promise<Privilege[]> {
  const { database } = location
  if (database === ':memory:') return []
  return [
    {
      allows: `write the file ${database}`,
      granted: writable(database),
      needed: 'always',
      fix: `Give the user of this process the right to write: chmod u+w ${database}`,
    },
    {
      allows: `write in its folder (the journal lies there)`,
      granted: writable(dirname(database)),
      needed: 'always',
      fix: `Give the user of this process the right to write: chmod u+w ${dirname(database)}`,
    },
  ]
}

function writable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK)
    return true
  } catch {
    return false
  }
}

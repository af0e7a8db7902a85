// Where in the SQL files a failing statement stands: the shadow knows the statement alone.
import { readFile } from 'node:fs/promises'
import { relative } from 'node:path'
import type { Dialect } from '../dialects/dialect.ts'
import { GodwitError } from '../errors.ts'
import { findFiles } from './files.ts'

/** The same error with file and line, where the line it shows is found in one of the files. Never fails itself. */
export async function locateInSql(
  error: GodwitError,
  dialect: Dialect,
  paths: readonly string[],
  directory: string,
): Promise<GodwitError> {
  const { place } = error
  if (place?.line === undefined || place.text === undefined || place.file !== undefined) return error
  const files = await findFiles(paths, directory, ['.sql']).catch(() => [])
  for (const file of files) {
    const text = (await readFile(file, 'utf8').catch(() => '')).replace(/^\uFEFF/, '')
    const lines = text.split(/\r\n|\r|\n/)
    for (const { sql, line, column } of await dialect.split(text, file).catch(() => [])) {
      if (sql.split(/\r\n|\r|\n/)[place.line - 1] !== place.text) continue
      const found = line + place.line - 1
      const shift = place.line === 1 ? column - 1 : 0
      const { code, message, why, fix, data, underlying: cause } = error
      return new GodwitError(code, message, {
        ...(why !== undefined && { why }),
        ...(fix !== undefined && { fix }),
        ...(data !== undefined && { data }),
        place: {
          file: relative(directory, file) || file,
          line: found,
          text: lines[found - 1] ?? place.text,
          ...(place.column !== undefined && { column: place.column + shift }),
        },
        cause,
      })
    }
  }
  return error
}

// SQL files as the models: the dialect's own language, split by its own lexer.
import { readFile } from 'node:fs/promises'
import { relative } from 'node:path'
import { dialectNamed } from '../dialects/index.ts'
import type { Source, SourceTarget } from './source.ts'

/** `paths`: a file, a folder (its `.sql` files in name order, recursively) or globs. */
export function sql(paths: string | readonly string[]): Source {
  const list = typeof paths === 'string' ? [paths] : [...paths]
  return { name: 'sql', paths: list, ddl: (target) => statements(list, target) }
}

async function statements(paths: readonly string[], target: SourceTarget): Promise<string[]> {
  const dialect = await dialectNamed(target.dialect)
  const { findFiles } = await import('./files.ts')
  const files = await findFiles(paths, target.directory, ['.sql'])
  const found: string[] = []
  for (const file of files) {
    // A byte order mark is what editors leave behind, never SQL.
    const text = (await readFile(file, 'utf8')).replace(/^\uFEFF/, '')
    for (const statement of await dialect.split(text, relative(target.directory, file) || file)) {
      // The files describe a state: their BEGIN and COMMIT would end the transaction that the shadow runs in.
      if (!statement.control) found.push(statement.sql)
    }
  }
  return found
}

// A history of small revisions: a fifth creates a table, three fifths add a column, a fifth makes an index.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** The statement of revision n. */
export function statement(n) {
  const table = `t${Math.floor(n / 5)}`
  if (n % 5 === 0) return `create table ${table} (id integer primary key, name varchar(100) not null)`
  if (n % 5 === 4) return `create index ${table}_name on ${table} (name)`
  return `alter table ${table} add column c${n % 5} integer`
}

/** Writes `count` revision files and a configuration; returns the configuration's file. */
export function revisions(path, count) {
  const folder = join(path, 'migrations')
  mkdirSync(folder)
  const id = (n) => `r${String(n).padStart(6, '0')}`
  for (let n = 0; n < count; n++) {
    const parents = n === 0 ? '' : id(n - 1)
    const text = `-- id: ${id(n)}\n-- parents: ${parents}\n-- message: change ${n}\n\n-- up\n${statement(n)};\n\n-- down\n`
    writeFileSync(join(folder, `${id(n)}_change.sql`), text)
  }
  const config = join(path, 'godwit.config.json')
  writeFileSync(config, JSON.stringify({ revisions: './migrations' }))
  return { config, folder }
}

// `npm run legacy -- 2-halfway`: fills the database with one that grew by hand (legacy/*.sql), to try adopting it.
import { readFile } from 'node:fs/promises'
import { openDatabase } from './database.ts'

const name = process.argv[2] ?? '1-first-year'
const script = await readFile(new URL(`../legacy/${name}.sql`, import.meta.url), 'utf8')
const database = await openDatabase()
try {
  await database.script(script)
} finally {
  await database.close()
}
console.log(`The database is as legacy/${name}.sql says.`)

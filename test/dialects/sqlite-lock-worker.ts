// One process of the lock tests: `apply` does once what nobody has done yet, without a transaction; `hold` never lets go.
import { dialect } from '../../src/dialects/sqlite/index.ts'

const [url = '', task = ''] = process.argv.slice(2)
await using connection = await dialect.connect(url, { create: true })
const lock = await dialect.lock(connection, { key: 'test', wait: 60_000 })
if (task === 'hold') {
  process.stdout.write('held\n')
  setInterval(() => {}, 1000)
  await new Promise(() => {})
}
await connection.execute('create table if not exists effects (pid integer)')
const done = await connection.query('select 1 from effects')
if (done.length === 0) {
  // Long enough for the others to come in, if they could.
  await new Promise((resolve) => setTimeout(resolve, 20))
  await connection.execute(`insert into effects values (${process.pid})`)
}
await lock.release()
process.stdout.write(done.length === 0 ? 'applied' : 'skipped')

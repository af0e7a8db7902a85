// One process of the lock tests: `apply` does once what nobody has done yet, `hold` never lets go.
import { dialect } from '../../src/dialects/postgres/index.ts'

const [url = '', task = ''] = process.argv.slice(2)
await using connection = await dialect.connect(url, { create: true, timeout: 120_000 })
const lock = await dialect.lock(connection, { key: 'test', wait: 60_000 })
if (task === 'hold') {
  process.stdout.write('held\n')
  setInterval(() => {}, 1000)
  await new Promise(() => {})
}
await connection.execute('create table if not exists effects (pid integer)')
const done = await connection.query('select 1 from effects')
if (done.length === 0) await connection.execute(`insert into effects values (${process.pid})`)
await lock.release()
process.stdout.write(done.length === 0 ? 'applied' : 'skipped')

// The difference of a thousand tables between two live databases.
import { spawnSync } from 'node:child_process'
import { scratch } from './engines.mjs'
import { sqlTables } from './models.mjs'
import { cli, race, time } from './support.mjs'

export async function diff(engine, { rounds = 5, tables = 1000 } = {}) {
  const databases = [await scratch(engine), await scratch(engine)]
  try {
    for (const [at, { url }] of databases.entries()) {
      const session = await engine.open(url)
      // One transaction for all of them would need more locks than a server has by default.
      for (const sql of sqlTables(tables, (n) => at === 1 && n % 100 === 0, engine).split(/^(?=create table )/m))
        await session.query(sql)
      await session.end()
    }
    const [from, to] = databases.map(({ url }) => url)
    const run = (args) => () =>
      time(() => {
        const done = spawnSync(process.execPath, [cli, 'diff', ...args], { encoding: 'utf8' })
        if (done.status !== 0) throw new Error(done.stderr)
        return done.stdout
      })
    await race(`${engine.name}: diff of ${tables.toLocaleString('en')} tables between two live databases`, rounds, {
      'bare: four catalogue queries on each': () =>
        time(() => Promise.all([from, to].map((url) => readCatalogue(engine, url)))),
      'no difference': run(['--from', from, '--to', from]),
      'ten differences': run(['--from', from, '--to', to]),
    })
  } finally {
    for (const database of databases) await database.drop()
  }
}

async function readCatalogue(engine, url) {
  const session = await engine.open(url)
  for (const sql of engine.catalogue) await session.query(sql)
  await session.end()
}

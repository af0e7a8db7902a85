// A long history on an empty database, one transaction each, beside a bare script that sends the same SQL.
import { godwit } from '../dist/index.js'
import { scratch } from './engines.mjs'
import { revisions, statement } from './revisions.mjs'
import { folder, race, time } from './support.mjs'

export async function apply(engine, { rounds = 3, count = 1000 } = {}) {
  const project = folder()
  try {
    const { config } = revisions(project.path, count)
    const onScratch = (work) => async () => {
      const database = await scratch(engine)
      try {
        return await time(() => work(database.url))
      } finally {
        await database.drop()
      }
    }
    await race(`${engine.name}: ${count.toLocaleString('en')} small revisions, committed one by one`, rounds, {
      'bare: begin; sql; insert history; commit': onScratch(async (url) => {
        const session = await engine.open(url)
        await session.query('create table bare_history (revision varchar(100) primary key, applied text not null)')
        for (let n = 0; n < count; n++) {
          await session.query(
            `begin; ${statement(n)}; insert into bare_history values ('r${n}', ${engine.now}); commit`,
          )
        }
        await session.end()
      }),
      'godwit upgrade: with lock, journal, history': onScratch(async (url) => {
        const migrations = await godwit({ config, cwd: project.path, url })
        const { steps } = await migrations.upgrade()
        await migrations.close()
        if (steps.length !== count) throw new Error(`${steps.length} of ${count} were applied`)
      }),
    })
  } finally {
    project.drop()
  }
}

// Nothing to do: how many round trips it costs through the library, and how long through the command line.
import { spawnSync } from 'node:child_process'
import { symlinkSync, writeFileSync } from 'node:fs'
import { createConnection, createServer } from 'node:net'
import { join } from 'node:path'
import { godwit } from '../dist/index.js'
import { scratch } from './engines.mjs'
import { revisions } from './revisions.mjs'
import { cli, folder, race, root, time } from './support.mjs'

/** Passes everything on to the server and counts round trips. */
async function countingProxy({ wire }, target) {
  const { hostname, port } = new URL(target)
  const counted = { roundTrips: 0, connections: 0 }
  const proxy = createServer((client) => {
    counted.connections++
    const upstream = createConnection({ host: hostname, port: Number(port) || wire.port })
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ]) {
      from.pipe(to)
      from.on('error', () => to.destroy())
    }
    let rest = Buffer.alloc(0)
    const watched = wire.side === 'server' ? upstream : client
    watched.on('data', (data) => {
      rest = Buffer.concat([rest, data])
      while (rest.length >= 5) {
        const { length, counts } = wire.frame(rest)
        if (rest.length < length) return
        if (counts) counted.roundTrips++
        rest = rest.subarray(length)
      }
    })
  })
  await new Promise((done) => proxy.listen(0, '127.0.0.1', done))
  const url = new URL(target)
  url.hostname = '127.0.0.1'
  url.port = String(proxy.address().port)
  return { url: url.href, counted, close: () => proxy.close() }
}

export async function noop(engine, { rounds = 9, count = 100 } = {}) {
  const database = await scratch(engine)
  const project = folder()
  try {
    const { config } = revisions(project.path, count)
    await using(await godwit({ config, cwd: project.path, url: database.url }), (migrations) => migrations.upgrade())

    const proxy = await countingProxy(engine, database.url)
    const migrations = await godwit({ config, cwd: project.path, url: proxy.url })
    const before = proxy.counted.roundTrips
    const first = await time(() => migrations.upgrade())
    const trips = proxy.counted.roundTrips - before
    const second = await time(() => migrations.upgrade())
    const again = proxy.counted.roundTrips - before - trips
    await migrations.close()
    proxy.close()
    console.log(`\n${engine.name}: nothing to do, through the library (${count} revisions)`)
    console.log(
      `  first call, connecting                ${first.toFixed(1).padStart(8)} ms   ${trips - proxy.counted.connections} round trip(s) beside the connection's own`,
    )
    console.log(`  on the open connection                ${second.toFixed(1).padStart(8)} ms   ${again} round trip(s)`)

    symlinkSync(join(root, 'node_modules'), join(project.path, 'node_modules'))
    writeFileSync(join(project.path, 'bare.mjs'), engine.script)
    const env = { ...process.env, DATABASE_URL: database.url }
    const run = (args) => () =>
      time(() => {
        const done = spawnSync(process.execPath, args, { cwd: project.path, env, encoding: 'utf8' })
        if (done.status !== 0) throw new Error(done.stderr)
      })
    await race(`${engine.name}: nothing to do, as a process`, rounds, {
      'bare: connect and send one query': run(['bare.mjs']),
      'godwit upgrade': run([cli, 'upgrade']),
    })
  } finally {
    project.drop()
    await database.drop()
  }
}

async function using(resource, work) {
  try {
    await work(resource)
  } finally {
    await resource.close()
  }
}

// The figures, side by side in one run: node bench/run.mjs [noop|apply|autogenerate|diff|mysql …]. Needs the servers.
import { cpus, loadavg } from 'node:os'
import { ready } from '../scripts/ready.mjs'
import { mysql, postgres } from './engines.mjs'

ready()
// After the build: they import what it makes.
const noop = async (engine) => (await import('./noop.mjs')).noop(engine)
const apply = async (engine) => (await import('./apply.mjs')).apply(engine)
const diff = async (engine) => (await import('./diff.mjs')).diff(engine)
const all = {
  noop: () => noop(postgres),
  apply: () => apply(postgres),
  autogenerate: async () => (await import('./autogenerate.mjs')).autogenerate(),
  diff: () => diff(postgres),
  mysql: async () => {
    await noop(mysql)
    await apply(mysql)
    await diff(mysql)
  },
}
const asked = process.argv.slice(2)
const unknown = asked.find((name) => !(name in all))
if (unknown !== undefined)
  throw new Error(`There is no benchmark "${unknown}"; there are: ${Object.keys(all).join(', ')}`)
const wanted = asked.length > 0 ? asked : Object.keys(all)
const versions = []
for (const engine of [postgres, mysql]) {
  if ((engine === mysql) !== wanted.includes('mysql') && wanted.length === 1) continue
  const session = await engine.open(engine.server)
  const [row] = await session.query(engine.version)
  await session.end()
  versions.push(`${engine.name} ${row.server_version}`)
}
console.log(
  `Node ${process.versions.node}, ${versions.join(', ')}, ${cpus().length} cores, load ${loadavg()[0]?.toFixed(1)}`,
)
for (const name of wanted) await all[name]()

// A process that upgrades a database and says how it went: what the kill tests kill.
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const [dist, url, folder] = process.argv.slice(2)
const load = (file) => import(pathToFileURL(join(dist, file)).href)
const { dialectOf } = await load('dialects/index.js')
const { upgrade } = await load('runner/index.js')
const dialect = await dialectOf(url)

// Everyone waits for the word, so that a kill or a race hits the work and not the loading of modules.
process.send('ready')
await new Promise((resolve) => process.once('message', resolve))
try {
  const emit = ({ type }) => {
    if (type === 'lock taken') process.send('working')
    if (type === 'backfill') process.send('batch')
  }
  const { steps } = await upgrade({ dialect, url, folder, by: 'worker', emit })
  process.send({ steps: steps.map(({ revision }) => revision) }, () => process.exit(0))
} catch (error) {
  process.send({ error: `${error.code ?? error.name}: ${error.message} ${error.why ?? ''}` }, () =>
    process.exit(error.exitCode ?? 70),
  )
}

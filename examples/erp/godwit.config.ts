import { config, drizzle } from 'godwit'
import { engine, url } from './src/models/engine.ts'

export default config({
  url,
  dialect: engine,
  source: drizzle('./src/models'),
  revisions: `./migrations/${engine}`,
})

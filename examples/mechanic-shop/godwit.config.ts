import { config, drizzle } from 'godwit'
import { engine, url } from './src/engine.ts'

export default config({
  url,
  dialect: engine,
  source: drizzle('./src/models.ts'),
  revisions: `./migrations/${engine}`,
})

import { config, drizzle } from 'godwit'

export default config({
  url: process.env.DATABASE_URL || 'pglite:./data',
  source: drizzle('./src/models.ts'),
})

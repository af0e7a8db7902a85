// Says which servers the tests will use, and fails where one does not answer a query: a port that is open is not enough.
import mysql from 'mysql2/promise'
import pg from 'pg'

const postgres = new pg.Client({
  connectionString: process.env.GODWIT_TEST_POSTGRES_URL,
  connectionTimeoutMillis: 5000,
})
await postgres.connect()
console.log((await postgres.query('select version()')).rows[0].version)
await postgres.end()

const mariadb = await mysql.createConnection({ uri: process.env.GODWIT_TEST_MYSQL_URL, connectTimeout: 5000 })
console.log(`MariaDB or MySQL ${(await mariadb.query('select version() as version'))[0][0].version}`)
await mariadb.end()

// The shop on SQLite and, where one answers, on MySQL or MariaDB: its programs and commands as processes.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Example, example, mysqlTargets } from '../../test/support/example.ts'

const TABLES = [
  'customers',
  'mechanic_specializations',
  'mechanics',
  'parts',
  'service_package_items',
  'service_packages',
  'service_prerequisites',
  'service_tickets',
  'services',
  'specializations',
  'ticket_line_items',
  'ticket_mechanics',
  'ticket_parts',
  'vehicles',
]

for (const target of mysqlTargets) {
  // Programs of their own, several in each test: on a busy machine that takes its time.
  describe.runIf(target.answers)(target.name, { timeout: 240_000 }, () => {
    let shop: Example
    beforeEach(async () => {
      shop = await example('mechanic-shop', await target.scratch())
    })
    afterEach(() => shop.drop())

    const rows = () =>
      shop.on(async (connection) => {
        const counted: Record<string, number> = {}
        for (const table of TABLES) {
          const [row] = await connection.query<{ many: number | string }>(`select count(*) as many from ${table}`)
          counted[table] = Number(row?.many)
        }
        return counted
      })
    /** A change of the models, as somebody would type it. */
    const addPoints = (): void => {
      const file = join(shop.path, 'src/models.ts')
      const before = readFileSync(file, 'utf8')
      const after = before.replace(
        '  address: words(255),\n',
        '  address: words(255),\n  loyalty_points: whole().notNull().default(100),\n',
      )
      expect(after).not.toBe(before)
      writeFileSync(file, after)
    }
    const revisionFile = (end: string): string => {
      const folder = join(shop.path, 'migrations', target.name)
      return readFileSync(join(folder, readdirSync(folder).find((name) => name.endsWith(end)) ?? end), 'utf8')
    }

    test('one command sets everything up, and does nothing when it is started again', async () => {
      const first = await shop.start('src/main.ts').ended
      expect(first.code, first.stderr).toBe(0)
      expect(first.stdout).toContain('Migrations completed successfully')
      const { tables } = JSON.parse(await shop.godwit(['status', '--json'])) as { tables: { name: string }[] }
      expect(tables.map(({ name }) => name)).toEqual(TABLES)
      const filled = await rows()
      expect(Object.values(filled).every((count) => count > 0)).toBe(true)

      const second = await shop.start('src/main.ts').ended
      expect(second.code, second.stderr).toBe(0)
      expect(second.stdout).toContain('✅ Database tables exist - skipping migrations')
      expect(second.stdout).not.toContain('Seed')
      expect(await rows()).toEqual(filled)
      expect(await shop.godwit(['check'])).toContain('database and its history agree')

      // Quantity, warranty, prerequisites and packages stand on the junction tables, and hold.
      expect(await shop.ask('select quantity, warranty_months from ticket_parts')).toEqual([
        { quantity: 2, warranty_months: 24 },
      ])
      const [needed] = await shop.ask(
        `select p.name from service_prerequisites q join services s on s.id = q.service_id
         join services p on p.id = q.prerequisite_id where s.name = 'Alternator'`,
      )
      expect(needed).toEqual({ name: 'Diagnosis' })
      const items = await shop.ask(
        `select s.name, i.quantity from service_package_items i join services s on s.id = i.service_id
         join service_packages p on p.id = i.package_id where p.name = 'Safe brakes' order by s.id`,
      )
      expect(items).toEqual([
        { name: 'Inspection', quantity: 1 },
        { name: 'Brake pads, front axle', quantity: 2 },
      ])
      const refused = (sql: string) =>
        expect(
          shop.on((connection) => connection.execute(sql)),
          sql,
        ).rejects.toThrow()
      await refused('update ticket_parts set quantity = 0')
      await refused('update ticket_parts set warranty_months = -1')
      await refused('insert into service_prerequisites (service_id, prerequisite_id) values (1, 999)')
      await refused('delete from parts where id = 1')
      await shop.on((connection) => connection.execute('delete from service_tickets where id = 1'))
      expect(await shop.ask('select * from ticket_parts')).toEqual([])
    })

    test('a change of the models becomes a revision, goes up with all rows, and comes back down', async () => {
      await shop.start('src/main.ts').ended
      const before = await rows()
      expect(await shop.godwit(['check'])).toContain('models and revisions agree')
      addPoints()
      await shop.godwit(['check'], 3)
      expect(await shop.godwit(['migrate', '-m', 'loyalty points'])).toContain('+ add column customers.loyalty_points')
      expect(revisionFile('_loyalty_points.ts')).toContain("table: 'customers'")
      expect(await shop.godwit(['migrate', '-m', 'again'])).toContain('agree')

      await shop.godwit(['upgrade'])
      expect(await rows()).toEqual(before)
      expect(await shop.ask('select first_name, loyalty_points from customers order by id')).toEqual([
        { first_name: 'Ada', loyalty_points: 100 },
        { first_name: 'Karl', loyalty_points: 100 },
      ])
      expect(await shop.godwit(['current'])).toContain('loyalty points')
      expect(await shop.godwit(['history'])).toMatch(/initial schema[\s\S]*loyalty points/)

      expect(await shop.godwit(['downgrade'], 4)).toContain('column customers.loyalty_points with all its values')
      expect(await shop.ask('select loyalty_points from customers where id = 1')).toEqual([{ loyalty_points: 100 }])
      await shop.godwit(['downgrade', '--yes'])
      expect(await rows()).toEqual(before)
      expect(await shop.ask('select email from customers order by id')).toEqual([
        { email: 'ada@example.org' },
        { email: 'karl@example.org' },
      ])
      expect(await shop.godwit(['current'])).toContain('initial schema')

      // A clean database: everything down, up and seeded again.
      await shop.on((connection) => connection.execute("update customers set first_name = 'Somebody'"))
      expect(await shop.godwit(['downgrade', 'base'], 4)).toContain('table customers with all its rows (2 rows)')
      await shop.godwit(['downgrade', 'base', '--yes'])
      await shop.godwit(['upgrade'])
      await shop.godwit(['seed'])
      expect(await rows()).toEqual(before)
      expect(await shop.ask('select first_name from customers where id = 1')).toEqual([{ first_name: 'Ada' }])
      // Down to a revision by the beginning of its id.
      const id = /id: '(\w{6})/.exec(revisionFile('_initial_schema.ts'))?.[1] ?? ''
      await shop.godwit(['downgrade', id, '--yes'])
      expect(await shop.godwit(['current'])).toContain(id)
      expect(await rows()).toEqual(before)
    })

    test('in production there is a catalogue and nobody from the samples', async () => {
      const done = await shop.start('src/main.ts', { NODE_ENV: 'production' }).ended
      expect(done.code, done.stderr).toBe(0)
      expect(await rows()).toMatchObject({ services: 5, parts: 3, customers: 0, service_tickets: 0 })
    })

    test('two that start at once set it up once', async () => {
      const both = [shop.start('src/main.ts'), shop.start('src/main.ts')]
      const outcomes = await Promise.all(both.map(({ ended }) => ended))
      expect(outcomes.map(({ code, stderr }) => [code, stderr])).toEqual([
        [0, ''],
        [0, ''],
      ])
      const said = (text: string) => outcomes.filter(({ stdout }) => stdout.includes(text)).length
      expect(said('Migrations completed successfully')).toBe(1)
      expect(said('Seed 1_catalogue.ts completed')).toBe(1)
      expect(await rows()).toMatchObject({ customers: 2, ticket_parts: 1 })
    })

    test('an existing database without a history is taken over; rows stay, and no samples come among them', async () => {
      await shop.on(async (connection) => {
        await connection.execute(await shop.godwit(['diff', '--from', 'empty', '--to', 'models']))
        await connection.execute(
          "insert into parts (id, part_number, name, cost, price) values (1, 'OLD-1', 'Old', 1, 2)",
        )
        await connection.execute(
          "insert into customers (first_name, last_name, email, phone, password_hash) values ('Old', 'Hand', 'old@example.org', '1', '!')",
        )
        // Partial: one of the tables is not there yet.
        await connection.execute('drop table ticket_parts')
      })
      expect(await shop.godwit(['adopt', '-m', 'what was missing'])).toContain('+ ensure table ticket_parts')
      expect(revisionFile('_what_was_missing.ts')).toContain('op.ensureTable')
      const started = await shop.start('src/main.ts').ended
      expect(started.code, started.stderr).toBe(0)
      expect(started.stdout).toContain('was missing, made: table ticket_parts')
      expect(await shop.godwit(['check'])).toContain('database and its history agree')
      expect(await shop.ask('select part_number from parts')).toEqual([{ part_number: 'OLD-1' }])
      expect(await rows()).toMatchObject({ customers: 1, services: 0, ticket_parts: 0 })
    })

    test('tables that are there and different are named, and keep their rows', async () => {
      await shop.on(async (connection) => {
        await connection.execute('create table parts (id integer primary key, part_number varchar(50))')
        await connection.execute("insert into parts values (1, 'OLD-1')")
      })
      const failed = await shop.start('src/main.ts').ended
      expect(failed.code).toBe(1)
      expect(failed.stderr).toMatch(/Migration failed: .*parts/)
      expect(await shop.ask('select part_number from parts')).toEqual([{ part_number: 'OLD-1' }])
    })

    test('two heads are joined, and seeds wait for the tables', async () => {
      const parent = /id: '(\w+)'/.exec(revisionFile('_initial_schema.ts'))?.[1] ?? ''
      for (const branch of ['brakes', 'tyres']) {
        const text = `-- id: ${branch}\n-- parents: ${parent}\n-- message: ${branch}\n\n-- up\ncreate table ${branch} (id integer primary key);\n\n-- down\ndrop table ${branch};\n`
        writeFileSync(join(shop.path, 'migrations', target.name, `${branch}.sql`), text)
      }
      await shop.godwit(['upgrade', parent])
      expect(await shop.godwit(['upgrade'], 1)).toContain('godwit merge')
      await shop.godwit(['merge'])
      expect(await shop.godwit(['seed'], 3)).toMatch(/NOT_UP_TO_DATE[\s\S]*godwit upgrade/)
      await shop.godwit(['upgrade'])
      expect(await shop.ask('select * from brakes')).toEqual([])
      expect(await shop.ask('select * from tyres')).toEqual([])
    })
  })
}

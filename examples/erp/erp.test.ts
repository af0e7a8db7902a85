// The ERP on SQLite and, where one answers, on MySQL or MariaDB: real starts as processes, real requests.
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Connection } from '../../src/dialects/dialect.ts'
import { godwit, startup } from '../../src/index.ts'
import { type Example, example, mysqlTargets, type Running } from '../../test/support/example.ts'
import { modules } from './src/modules.ts'

const APPLICATION = ['user', 'gate_users', 'gate_entry_logs', 'going_out_logs', 'purchase_order']
const TABLES = [...Object.values(modules).flatMap(({ tables }) => tables), ...APPLICATION].sort()

interface Serving {
  running: Running
  get(path: string): Promise<{ status: number; body: Record<string, unknown> }>
  stop(): Promise<void>
}

for (const target of mysqlTargets) {
  // Programs of their own, several in each test: on a busy machine that takes its time.
  describe.runIf(target.answers)(target.name, { timeout: 240_000 }, () => {
    let erp: Example
    let servers: Serving[]
    beforeEach(async () => {
      erp = await example('erp', await target.scratch())
      servers = []
    })
    afterEach(async () => {
      for (const { stop } of servers) await stop()
      await erp.drop()
    })

    const serve = async (env: Record<string, string> = {}): Promise<Serving> => {
      const running = erp.start('src/main.ts', { PORT: '0', ...env })
      const serving: Serving = {
        running,
        async get(path) {
          const response = await fetch(`${/http:\/\/localhost:\d+/.exec(running.output())?.[0]}${path}`)
          return { status: response.status, body: (await response.json()) as Record<string, unknown> }
        },
        async stop() {
          running.stop()
          await running.ended
        },
      }
      servers.push(serving)
      await running.said('🚀 Server running on')
      return serving
    }
    const run = (sql: string) => erp.on((connection) => connection.execute(sql))
    /** Everything as the original's own SQL made it: no history. */
    const modelsSql = () => erp.godwit(['diff', '--from', 'empty', '--to', 'models'])

    test('fresh: five steps in order, then the server answers; started again it asks one question', async () => {
      const first = await serve()
      const said = first.running.output()
      const order = [
        'Database tables not found',
        '✓ 1_sales',
        '✓ 2_hr',
        '✓ 3_dispatch',
        '✓ 4_fleet',
        '✓ 5_guest_list',
        '✓ 6_application',
        '✓ 7_missing_columns',
        'Migrations completed successfully',
        'Seed 4_admin_user.ts completed',
        'Seed 5_sample_data.ts completed',
        'Server running',
      ].map((line) => said.indexOf(line))
      expect(order).not.toContain(-1)
      expect(order).toEqual([...order].sort((a, b) => a - b))
      expect(said).not.toContain('admin123')

      expect(await first.get('/health')).toEqual({ status: 200, body: { database: 'ready', missing: [] } })
      const { body } = await first.get('/status')
      expect(Object.keys(body).sort()).toEqual(TABLES)
      expect(body).toMatchObject({ user: '1', showroom_product: '3', employees: '0' })
      expect((await first.get('/modules/fleet')).body).toMatchObject({ tables: { vehicle: '0', transport_job: '0' } })
      expect((await first.get('/modules/nothing')).status).toBe(404)
      await first.stop()
      expect(await erp.godwit(['check'])).toContain('database and its history agree')

      const second = await serve()
      expect(second.running.output()).toMatch(/^✅ Database tables exist - skipping migrations\n🚀/)
      expect((await second.get('/status')).body).toEqual(body)
      await erp.on(async (connection) => {
        const messages: string[] = []
        const counting: Connection = {
          ...connection,
          query: (sql, parameters) => {
            messages.push(sql)
            return connection.query(sql, parameters)
          },
          execute: (sql) => {
            messages.push(sql)
            return connection.execute(sql)
          },
        }
        const config = {
          url: erp.url,
          revisions: join(erp.path, 'migrations', target.name),
          seeds: join(erp.path, 'seeds'),
        }
        const logger = { info() {}, warn() {}, error() {} }
        const report = await startup({
          config,
          connection: counting,
          policy: 'migrate',
          keepGoing: true,
          once: false,
          env: {},
          logger,
        })
        expect(report).toMatchObject({ status: 'current', applied: [], pending: [] })
        expect(messages).toHaveLength(1)
      })
    })

    test('existing: every table is there with rows and no history; nothing is made, everything stays', async () => {
      await run(await modelsSql())
      await run(
        "insert into employees (employee_id, first_name, last_name, department) values ('E1', 'Ida', 'Noyes', 'IT')",
      )
      await run("insert into dispatch_request (request_number, destination, priority) values ('D1', 'Bremen', 'high')")
      const serving = await serve()
      const said = serving.running.output()
      expect(said).toMatch(/Database has 2\d tables, and no history of migrations\. Running/)
      expect(said).not.toContain('tables not found')
      expect(said.match(/already there, left alone/g)?.length).toBeGreaterThan(20)
      expect(said).not.toContain('was missing, made')
      expect((await serving.get('/modules/hr')).body).toMatchObject({ tables: { employees: '1' } })
      expect(await erp.ask('select first_name from employees')).toEqual([{ first_name: 'Ida' }])
      expect(await erp.ask('select destination, priority from dispatch_request')).toEqual([
        { destination: 'Bremen', priority: 'high' },
      ])
      await serving.stop()
      expect(await erp.godwit(['check'])).toContain('database and its history agree')
    })

    test('existing: `adopt` says so without a start, and then nothing is to do', async () => {
      await run(await modelsSql())
      await run("insert into showroom_product (product_name, category, price) values ('Ours', 'Furniture', 1)")
      expect(await erp.godwit(['adopt'])).toContain('8_whole_system')
      expect(await erp.godwit(['upgrade'])).toContain('Nothing to do')
      // Products of one's own, and no samples among them.
      await erp.godwit(['seed'])
      expect(await erp.ask('select username from user')).toEqual([{ username: 'admin' }])
      expect(await erp.ask('select product_name from showroom_product')).toEqual([{ product_name: 'Ours' }])
    })

    test('partial: what is there is skipped, what is missing made, old tables get their columns; and back down', async () => {
      // As an older version left it: sales, a dispatch request without its later columns, a purchase order too.
      const all = await modelsSql()
      const made = [...all.matchAll(/^create table ["`]?(\w+)/gim)].map(([, name = '']) => name)
      const old = ['showroom_product', 'sales_order', 'dispatch_request', 'purchase_order']
      expect(made.toSorted()).toEqual(TABLES)
      await erp.on(async (connection) => {
        await connection.execute(all)
        for (const table of made.reverse().filter((name) => !old.includes(name)))
          await connection.execute(`drop table ${table}`)
        for (const column of [
          'priority',
          'vehicle_required',
          'driver_name',
          'delivery_notes',
          'quantity',
          'dispatched_at',
        ])
          await connection.execute(`alter table dispatch_request drop column ${column}`)
        await connection.execute('alter table purchase_order drop column original_requirements')
        await connection.execute(
          "insert into sales_order (order_number, customer_name, unit_price, total_amount) values ('S1', 'Ada', 10, 10)",
        )
        await connection.execute("insert into dispatch_request (request_number, destination) values ('D1', 'Bremen')")
        await connection.execute("insert into purchase_order (po_number, supplier_name) values ('P1', 'Krupp')")
      })
      const serving = await serve()
      const said = serving.running.output()
      expect(said).toMatch(/1_sales: already there, left alone: table sales_order/)
      expect(said).toMatch(/2_hr: was missing, made: table employees/)
      expect(said).toMatch(/3_dispatch: was missing, made: column dispatch_request.priority/)
      expect(said).toMatch(/7_missing_columns: was missing, made: column purchase_order.original_requirements/)
      expect((await serving.get('/health')).body).toEqual({ database: 'ready', missing: [] })
      expect(await erp.ask('select order_number from sales_order')).toEqual([{ order_number: 'S1' }])
      expect(await erp.ask('select destination, priority, quantity from dispatch_request')).toEqual([
        { destination: 'Bremen', priority: 'normal', quantity: 1 },
      ])
      expect(await erp.ask('select po_number, original_requirements from purchase_order')).toEqual([
        { po_number: 'P1', original_requirements: null },
      ])
      await serving.stop()
      expect(await erp.godwit(['check'])).toContain('database and its history agree')

      // Down again: what the revisions made goes, what they found stays with its rows; and up again.
      await erp.godwit(['downgrade', 'base', '--yes'])
      expect(await erp.ask('select order_number from sales_order')).toEqual([{ order_number: 'S1' }])
      expect(await erp.ask('select destination from dispatch_request')).toEqual([{ destination: 'Bremen' }])
      await expect(erp.ask('select * from employees')).rejects.toThrow()
      await expect(erp.ask('select priority from dispatch_request')).rejects.toThrow()
      await erp.godwit(['upgrade'])
      await erp.godwit(['check'])
      // The showroom was never dropped: its samples are not there twice.
      await erp.godwit(['seed'])
      expect(await erp.ask('select product_name from showroom_product')).toHaveLength(3)
      expect(await erp.ask('select destination, priority from dispatch_request')).toEqual([
        { destination: 'Bremen', priority: 'normal' },
      ])
    })

    test('a module that fails is reported and answers 503; the others serve; the next start mends it', async () => {
      await run('create table employees (id integer primary key, nickname varchar(20))')
      await run("insert into employees values (1, 'Ida')")
      const serving = await serve()
      expect(serving.running.output()).toMatch(/❌ 2_hr human resources tables failed: .*employees/)
      expect(serving.running.output()).toContain('✓ 7_missing_columns')
      expect(serving.running.output()).toContain('Seed 4_admin_user.ts completed')
      expect((await serving.get('/health')).body).toEqual({ database: 'degraded', missing: ['2_hr', '8_whole_system'] })
      const hr = await serving.get('/modules/hr')
      expect(hr.status).toBe(503)
      expect(hr.body).toMatchObject({ module: 'hr', error: expect.stringContaining('employees') })
      expect((await serving.get('/modules/sales')).body).toMatchObject({ tables: { showroom_product: '3' } })
      expect(await erp.ask('select nickname from employees')).toEqual([{ nickname: 'Ida' }])
      await serving.stop()
      expect(await erp.godwit(['upgrade', '--keep-going'], 1)).toMatch(/REVISIONS_FAILED[\s\S]*8_whole_system/)

      await run('drop table employees')
      const mended = await serve()
      expect((await mended.get('/health')).body).toEqual({ database: 'ready', missing: [] })
      expect((await mended.get('/modules/hr')).status).toBe(200)
    })

    test('each module by itself: made, empty, taken back', async () => {
      const revisions = join(erp.path, 'migrations', target.name)
      await using migrations = await godwit({ config: { url: erp.url, revisions } })
      for (const { revision, tables } of Object.values(modules)) {
        await migrations.upgrade({ target: revision })
        const { tables: found } = await migrations.status()
        const rows = new Map(found.map(({ name, rows }) => [name, rows]))
        for (const table of tables) expect(rows.get(table), table).toBe(0)
        await migrations.downgrade({ target: 'base' })
        expect((await migrations.status()).tables).toEqual([])
      }
    })

    test('a server that does not answer, and a URL of another engine: said, and nothing listens', async () => {
      const refused = await erp.start('src/main.ts', { DATABASE_URL: 'mysql://root@127.0.0.1:1/erp' }).ended
      expect(refused.code).toBe(1)
      expect(refused.stderr).toContain('CONNECTION_REFUSED')
      expect(refused.stdout).not.toContain('Server running')
      const other = target.name === 'sqlite' ? 'mysql://root@127.0.0.1/erp' : 'sqlite:./other.db'
      expect(await erp.godwit(['upgrade', '--url', other], 2)).toContain('CONFIG_INVALID')
    })

    test('two that start at once make everything once, and both serve', async () => {
      const both = await Promise.all([serve(), serve()])
      const made = both.filter(({ running }) => running.output().includes('Migrations completed successfully'))
      expect(made).toHaveLength(1)
      for (const { get } of both) expect((await get('/health')).body).toEqual({ database: 'ready', missing: [] })
      expect(await erp.ask('select username from user')).toEqual([{ username: 'admin' }])
    })

    test('production refuses the password that everybody knows, and does not listen', async () => {
      const running = erp.start('src/main.ts', { PORT: '0', NODE_ENV: 'production', ADMIN_PASSWORD: 'admin123' })
      const { code, stdout, stderr } = await running.ended
      expect(code).toBe(1)
      expect(stderr).toContain('PASSWORD_REFUSED')
      expect(stdout).not.toContain('Server running')
      expect(stdout).not.toContain('1_sales')
      expect(stdout + stderr).not.toContain('admin123')
      const serving = await serve({ NODE_ENV: 'production', ADMIN_PASSWORD: 'salt-and-lantern-42' })
      expect((await serving.get('/status')).body).toMatchObject({ user: '1', showroom_product: '0' })
    })
  })
}

// What the kill tests share: a history worth interrupting, a fingerprint of what it makes, workers, and a wire to cut.
import { type ChildProcess, fork } from 'node:child_process'
import { cpSync, symlinkSync, writeFileSync } from 'node:fs'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { dirname, join, resolve } from 'node:path'
import { op } from '../../src/operations/op.ts'
import type { Operation } from '../../src/operations/operation.ts'
import { hashOf } from '../../src/schema/canonical.ts'
import type { Column, Constraint, Table } from '../../src/schema/schema.ts'
import type { Ground } from '../contract/support.ts'
import { built, root } from '../support/built.ts'
import { scratchFolder } from '../support/databases.ts'

const column = (name: string, type: string, more: Partial<Column> = {}): Column => ({
  name,
  type,
  nullable: true,
  ...more,
})
const table = (name: string, columns: Column[], constraints: Constraint[] = []): Table => ({
  name,
  columns,
  constraints,
  indexes: [],
})
const key = (name: string): Constraint => ({ name, type: 'primary key', columns: ['id'] })

/** How many revisions the history has, and the last of them. */
export const REVISIONS = 18
export const HEAD = 'k18'

/**
 * Ten revisions of operations: tables, data, columns, keys, indexes (outside of transactions where the database can), a
 * view; and eight of plain SQL, which share a message where the server answers each statement.
 */
export async function writeHistory(at: Ground): Promise<void> {
  const concurrently = at.dialect.capabilities.concurrentIndex
  const id = column('id', 'integer', { nullable: false })
  const index = (name: string, on: string, columnName: string): Operation =>
    op.createIndex({
      table: on,
      index: { name, unique: false, keys: [{ column: columnName }] },
      ...(concurrently && { concurrently }),
    })
  const reference: Constraint = {
    name: 'orders_user_fkey',
    type: 'foreign key',
    columns: ['user_id'],
    references: { table: 'users', columns: ['id'] },
  }
  await at.write(
    {
      id: 'k01',
      operations: [op.createTable({ table: table('users', [id, column('name', 'text')], [key('users_pkey')]) })],
    },
    { id: 'k02', operations: [op.sql({ up: rows('users', 200), down: 'delete from users' })] },
    {
      id: 'k03',
      operations: [
        op.createTable({ table: table('orders', [id, column('user_id', 'integer')], [key('orders_pkey'), reference]) }),
      ],
    },
    {
      id: 'k04',
      operations: [
        op.addColumn({ table: 'users', column: column('age', 'integer') }),
        op.sql({ up: 'update users set age = id % 90', down: '' }),
      ],
    },
    { id: 'k05', operations: [index('users_age', 'users', 'age')] },
    {
      id: 'k06',
      operations: [
        op.sql({ up: `insert into orders (id, user_id) select id, id from users`, down: 'delete from orders' }),
      ],
    },
    {
      id: 'k07',
      operations: [
        op.addColumn({ table: 'orders', column: column('total', 'integer', { default: '0' }) }),
        index('orders_user', 'orders', 'user_id'),
        op.sql({ up: 'update orders set total = total + id', down: '' }),
        index('orders_total', 'orders', 'total'),
      ],
    },
    {
      id: 'k08',
      operations: [
        op.sql({
          up: 'create view rich as select u.id, o.total from users u join orders o on o.user_id = u.id',
          down: 'drop view rich',
        }),
      ],
    },
    { id: 'k09', operations: [op.renameColumn({ table: 'users', from: 'name', to: 'full_name' })] },
    {
      id: 'k10',
      operations: [
        op.createTable({ table: table('notes', [id, column('body', 'text')]) }),
        op.sql({ up: 'update orders set total = total + 1', down: '' }),
      ],
    },
  )
  const plain = [
    'create table parts (id integer primary key, name varchar(20))',
    'alter table parts add column size integer',
    'alter table parts add column a integer;\nalter table parts add column b integer',
    rows('parts', 50),
    'create index parts_name on parts (name)',
    'alter table parts drop column a',
    'update parts set size = id * 2',
    'create table bins (id integer primary key);\ncreate index parts_size on parts (size);\ndrop table bins',
  ]
  for (const [n, up] of plain.entries()) await at.writeSql(`k${n + 11}`, [`k${n + 10}`], `${up};`)
}

const rows = (name: string, count: number): string =>
  `insert into ${name} (id, name) values ${Array.from({ length: count }, (_, at) => `(${at + 1}, 'n${at + 1}')`).join(', ')}`

/** Everything a run leaves behind, times aside: schema, rows, history, and that nothing is open. */
export async function fingerprint(at: Ground): Promise<string> {
  return at.on(async (connection) => {
    const schema = await at.dialect.inspect(connection)
    const books = await connection.query(
      'select revision, parents, checksum, state from godwit_history order by revision',
    )
    const open = await connection.query("select * from godwit_journal where state = 'open'")
    const data = await connection.query(
      'select u.id, u.full_name, u.age, o.total from users u join orders o on o.user_id = u.id order by u.id',
    )
    const parts = await connection.query('select id, name, size, b from parts order by id')
    const done = await connection.query(
      "select revision, count(*) as times from godwit_journal where action = 'up' and step = -1 and state = 'done' group by revision order by revision",
    )
    return hashOf(JSON.parse(JSON.stringify([schema, books, open, data, parts, done])))
  })
}

/** A copy of the build: another build in the meantime must not pull the floor away. */
export async function snapshot(): Promise<{ dist: string; drop(): Promise<void> }> {
  const main = await built()
  const folder = await scratchFolder()
  const dist = join(folder.path, 'dist')
  cpSync(resolve(dirname(main), '..'), dist, { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(folder.path, 'node_modules'))
  cpSync(join(root, 'package.json'), join(folder.path, 'package.json'))
  writeFileSync(join(folder.path, '.snapshot'), '')
  return { dist, drop: folder.drop }
}

/** One run in a process of its own. */
export interface Worker {
  process: ChildProcess
  /** Waiting for `go`. */
  ready: Promise<void>
  go(): void
  /** It holds the lock. */
  working: Promise<void>
  /** How it ended: its exit code, or null when it was killed. */
  ended: Promise<{ code: number | null; steps: string[]; error: string }>
}

export function worker(dist: string, at: Ground): Worker {
  const child = fork(join(import.meta.dirname, 'worker.mjs'), [dist, at.url, at.folder], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    execArgv: [],
  })
  let said: { steps?: string[]; error?: string } = {}
  const heard = (word: string): Promise<void> =>
    new Promise((done) => {
      child.on('message', (message) => message === word && done())
      child.on('exit', () => done())
    })
  const [ready, working] = [heard('ready'), heard('working')]
  child.on('message', (message) => {
    if (typeof message === 'object') said = message as typeof said
  })
  const ended = new Promise<{ code: number | null; steps: string[]; error: string }>((done) => {
    child.on('exit', (code) => done({ code, steps: said.steps ?? [], error: said.error ?? '' }))
  })
  return { process: child, ready, working, go: () => void (child.connected && child.send('go')), ended }
}

/**
 * Where to cut: before the server gets message number `at` (from 1) of the first connection, right after it, or when
 * packet number `at` of the server's answers has gone through.
 */
export interface Cut {
  at: number
  side: 'before' | 'after' | 'answer'
}

/** A wire to a server that counts what the client sends, and can be cut once. */
export interface Wire {
  url: string
  /** Messages the first connection has sent, and packets it has got. */
  sent(): number
  answered(): number
  cut: Cut | undefined
  close(): Promise<void>
}

/** Length of the first message in a buffer, as far as it can be told. */
type Framing = (buffer: Buffer, first: boolean) => number | undefined

const framings: Record<string, { port: number; length: Framing }> = {
  // Protocol 3.0: a type byte, but not on the first message; then the length, which counts itself.
  'postgresql:': {
    port: 5432,
    length: (buffer, first) => {
      const head = first ? 0 : 1
      return buffer.length < head + 4 ? undefined : head + buffer.readInt32BE(head)
    },
  },
  // Three bytes of length, one of sequence.
  'mysql:': { port: 3306, length: (buffer) => (buffer.length < 4 ? undefined : 4 + buffer.readUIntLE(0, 3)) },
}

/** Stands between the client and the server of this URL. */
export async function wireTo(url: string): Promise<Wire> {
  const target = new URL(url)
  const framing = framings[target.protocol] ?? framings['postgresql:']
  if (framing === undefined) throw new Error(`no wire for ${target.protocol}`)
  const sockets = new Set<Socket>()
  let connections = 0
  let sent = 0
  let answered = 0
  const wire: Wire = {
    url: '',
    sent: () => sent,
    answered: () => answered,
    cut: undefined,
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise((done) => server.close(done))
    },
  }
  const server: Server = createServer((client) => {
    const first = ++connections === 1
    const upstream = connect(Number(target.port || framing.port), target.hostname)
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        sockets.delete(socket)
        other.destroy()
      })
    }
    let answers = Buffer.alloc(0)
    upstream.on('data', (data) => {
      if (!first) return void client.write(data)
      answers = Buffer.concat([answers, data])
      for (;;) {
        // Every answer has a type, the first one too.
        const length = framing.length(answers, false)
        if (length === undefined || answers.length < length) return
        client.write(answers.subarray(0, length))
        answers = answers.subarray(length)
        answered++
        if (wire.cut?.side !== 'answer' || wire.cut.at !== answered) continue
        upstream.end()
        return void client.end()
      }
    })
    let buffer = Buffer.alloc(0)
    let started = false
    client.on('data', (data) => {
      if (!first) return void upstream.write(data)
      buffer = Buffer.concat([buffer, data])
      for (;;) {
        const length = framing.length(buffer, !started)
        if (length === undefined || buffer.length < length) return
        const message = buffer.subarray(0, length)
        buffer = buffer.subarray(length)
        started = true
        sent++
        const { cut } = wire
        if (cut?.at === sent && cut.side === 'before') return void client.destroy()
        upstream.write(message)
        if (cut?.at === sent && cut.side === 'after') {
          // The server has the message; its answer never arrives. Ending politely, so that it is not thrown away.
          upstream.end()
          client.destroy()
          return
        }
      }
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  const through = new URL(url)
  through.hostname = '127.0.0.1'
  through.port = String(typeof address === 'object' && address !== null ? address.port : 0)
  wire.url = through.href
  return wire
}

/** Numbers from a seed, the same on every machine (mulberry32). */
export function random(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let value = Math.imul(state ^ (state >>> 15), state | 1)
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61)
    return ((value ^ (value >>> 14)) >>> 0) / 4294967296
  }
}

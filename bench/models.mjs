// The model of the benchmarks: 13 columns, two indexes, one foreign key a table (a tree of fan-out 4), and ten changes to it.

/** Drizzle models for n tables; `changed` has the ten changes, each on a table of its own, and one of them is a new table. */
export function drizzleModels(n, changed = false) {
  const at = (k) => (i) => changed && i === k
  const [, widened, bigger, fallback, required, added, dropped, unlinked, unindexed, indexed] = Array.from(
    { length: 10 },
    (_, k) => at(k * 7),
  )
  const tables = Array.from({ length: n }, (_, i) => {
    const parent = i === 0 || unlinked(i) ? '' : `.references((): any => t${Math.floor((i - 1) / 4)}.id)`
    const indexes = [
      ...(unindexed(i) ? [] : [`index('t${i}_name').on(t.name)`]),
      `uniqueIndex('t${i}_code').on(t.code)`,
      ...(indexed(i) ? [`index('t${i}_day').on(t.day)`] : []),
    ]
    return `export const t${i} = pgTable('t${i}', {
  id: serial('id').primaryKey(),
  name: varchar('name', { length: ${widened(i) ? 200 : 120} }).notNull(),
  qty: ${bigger(i) ? "bigint('qty', { mode: 'number' })" : "integer('qty')"}.notNull().default(${fallback(i) ? 7 : 0}),
  price: numeric('price', { precision: 12, scale: 2 }).default('0'),
  active: boolean('active').notNull().default(true),
  note: text('note')${required(i) ? ".notNull().default('it''s')".replace("''", "\\'") : ''},
  created: timestamp('created', { withTimezone: true }).notNull().defaultNow(),
  day: date('day'),
  data: jsonb('data'),
  code: uuid('code').defaultRandom(),
  score: doublePrecision('score'),${added(i) ? "\n  extra: text('extra')," : ''}${dropped(i) ? '' : "\n  rank: integer('rank'),"}
  parent: integer('parent')${parent},
}, (t) => [${indexes.join(', ')}])`
  })
  if (changed)
    tables.push(
      "export const fresh = pgTable('fresh', { id: serial('id').primaryKey(), label: text('label').notNull() })",
    )
  return `import { bigint, boolean, date, doublePrecision, index, integer, jsonb, numeric, pgTable, serial, text, timestamp, uniqueIndex, uuid, varchar } from 'drizzle-orm/pg-core'

${tables.join('\n\n')}
`
}

/** The ten post-conditions on the catalogue, as one query whose columns must all be true. */
export const tenChanges = `select
  (select atttypmod - 4 from pg_attribute where attrelid = 't7'::regclass and attname = 'name') = 200 as widened,
  (select atttypid from pg_attribute where attrelid = 't14'::regclass and attname = 'qty') = 'bigint'::regtype as bigger,
  (select pg_get_expr(adbin, adrelid) from pg_attrdef join pg_attribute on attrelid = adrelid and attnum = adnum where adrelid = 't21'::regclass and attname = 'qty') = '7' as fallback,
  (select attnotnull from pg_attribute where attrelid = 't28'::regclass and attname = 'note') as required,
  exists (select from pg_attribute where attrelid = 't35'::regclass and attname = 'extra') as added,
  not exists (select from pg_attribute where attrelid = 't42'::regclass and attname = 'rank' and not attisdropped) as dropped,
  not exists (select from pg_constraint where conrelid = 't49'::regclass and contype = 'f') as unlinked,
  to_regclass('t56_name') is null as unindexed,
  to_regclass('t63_day') is not null as indexed,
  to_regclass('fresh') is not null as created`

/** Plain SQL of n such tables, for the diff of two live databases. */
export function sqlTables(n, changed, engine) {
  const { id, time, json, uuid } = engine.name === 'PostgreSQL' ? POSTGRES : MYSQL
  const text = []
  for (let i = 0; i < n; i++) {
    text.push(`create table t${i} (id ${id} primary key, name varchar(${changed(i) ? 200 : 120}) not null, qty integer not null default 0,
  price numeric(12, 2) default 0, active boolean not null default true, note text, created ${time}, day date,
  data ${json}, code ${uuid}, score double precision, weight integer, parent integer${i === 0 ? '' : `, foreign key (parent) references t${Math.floor((i - 1) / 4)} (id)`});
create index t${i}_name on t${i} (name); create unique index t${i}_code on t${i} (code);`)
  }
  return text.join('\n')
}

const POSTGRES = {
  id: 'serial',
  time: 'timestamptz not null default now()',
  json: 'jsonb',
  uuid: 'uuid default gen_random_uuid()',
}
const MYSQL = {
  id: 'integer auto_increment',
  time: 'timestamp not null default current_timestamp',
  json: 'json',
  uuid: 'char(36) default (uuid())',
}

// Reading: what MySQL prints (written down from its manual, because only MariaDB runs here), and what a live server prints.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Dialect, Shadow } from '../../src/dialects/dialect.ts'
import { dialectNamed } from '../../src/dialects/index.ts'
import { flavorOf } from '../../src/dialects/mysql/flavor.ts'
import { readEvent, readRoutine, readView, withoutDatabase } from '../../src/dialects/mysql/inspect/objects.ts'
import { readTable } from '../../src/dialects/mysql/inspect/table.ts'
import { render } from '../../src/dialects/mysql/render.ts'
import { mysqlAnswers, mysqlServer } from '../support/databases.ts'

const context = {
  collation: 'utf8mb4_0900_ai_ci',
  defaultCollations: new Map([
    ['utf8mb4', 'utf8mb4_0900_ai_ci'],
    ['latin1', 'latin1_swedish_ci'],
  ]),
  jsonIsText: false,
  unqualified: (text: string) => withoutDatabase(text, 'shop', new Set(['users'])),
}

describe('what MySQL 8 prints', () => {
  it('is read with its own ways of writing', () => {
    const table = readTable(
      `CREATE TABLE \`users\` (
  \`id\` bigint unsigned NOT NULL AUTO_INCREMENT,
  \`name\` varchar(100) CHARACTER SET latin1 COLLATE latin1_bin NOT NULL DEFAULT 'it''s; \\\\ ok',
  \`city\` varchar(40) CHARACTER SET latin1 DEFAULT NULL,
  \`n\` int DEFAULT '0',
  \`flag\` tinyint(1) DEFAULT '1',
  \`u\` binary(16) DEFAULT (uuid_to_bin(uuid())),
  \`j\` json DEFAULT (json_array()),
  \`full\` varchar(200) GENERATED ALWAYS AS (concat(\`name\`,_utf8mb4' ',\`city\`)) STORED,
  \`len\` int GENERATED ALWAYS AS (length(\`name\`)) VIRTUAL NOT NULL,
  \`at\` timestamp(3) NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3) COMMENT 'a ''b''',
  \`place\` point NOT NULL /*!80003 SRID 4326 */,
  \`secret\` int DEFAULT NULL /*!80023 INVISIBLE */,
  PRIMARY KEY (\`id\`),
  UNIQUE KEY \`by_name\` (\`name\`(10),\`n\` DESC) USING BTREE COMMENT 'idx',
  KEY \`low\` ((lower(\`name\`)),(cast(\`n\` as char(10) charset utf8mb4)) DESC),
  KEY \`hidden\` (\`n\`) /*!80000 INVISIBLE */,
  SPATIAL KEY \`where\` (\`place\`),
  FULLTEXT KEY \`words\` (\`name\`) /*!50100 WITH PARSER \`ngram\` */ ,
  CONSTRAINT \`in_city\` FOREIGN KEY (\`city\`, \`n\`) REFERENCES \`other\`.\`cities\` (\`name\`, \`n\`) ON DELETE SET NULL ON UPDATE RESTRICT,
  CONSTRAINT \`positive\` CHECK ((\`n\` >= 0)) /*!80016 NOT ENFORCED */
) ENGINE=InnoDB AUTO_INCREMENT=17 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci STATS_PERSISTENT=1 COMMENT='all of them'
/*!50100 PARTITION BY RANGE (year(\`at\`))
(PARTITION p0 VALUES LESS THAN (2020) ENGINE = InnoDB,
 PARTITION \`p 1\` VALUES LESS THAN MAXVALUE ENGINE = InnoDB) */`,
      context,
    )
    expect(table).toEqual({
      name: 'users',
      columns: [
        { name: 'id', type: 'bigint unsigned', nullable: false, identity: { kind: 'auto increment' } },
        { name: 'name', type: 'varchar(100)', nullable: false, default: "'it''s; \\\\ ok'", collation: 'latin1_bin' },
        { name: 'city', type: 'varchar(40)', nullable: true, collation: 'latin1_swedish_ci' },
        { name: 'n', type: 'int', nullable: true, default: "'0'" },
        { name: 'flag', type: 'tinyint(1)', nullable: true, default: "'1'" },
        { name: 'u', type: 'binary(16)', nullable: true, default: '(uuid_to_bin(uuid()))' },
        { name: 'j', type: 'json', nullable: true, default: '(json_array())' },
        {
          name: 'full',
          type: 'varchar(200)',
          nullable: true,
          generated: { expression: "concat(`name`,_utf8mb4' ',`city`)", stored: true },
        },
        { name: 'len', type: 'int', nullable: false, generated: { expression: 'length(`name`)', stored: false } },
        {
          name: 'at',
          type: 'timestamp(3)',
          nullable: true,
          default: 'CURRENT_TIMESTAMP(3)',
          comment: "a 'b'",
          extra: { onUpdate: 'CURRENT_TIMESTAMP(3)' },
        },
        { name: 'place', type: 'point', nullable: false, extra: { srid: '4326' } },
        { name: 'secret', type: 'int', nullable: true, extra: { invisible: true } },
      ],
      constraints: [
        { name: 'PRIMARY', type: 'primary key', columns: ['id'] },
        {
          name: 'in_city',
          type: 'foreign key',
          columns: ['city', 'n'],
          references: { table: 'other.cities', columns: ['name', 'n'], onDelete: 'set null' },
        },
        { name: 'positive', type: 'check', columns: ['n'], expression: '(`n` >= 0)', extra: { notEnforced: true } },
      ],
      indexes: [
        {
          name: 'by_name',
          unique: true,
          keys: [
            { column: 'name', extra: { length: 10 } },
            { column: 'n', descending: true },
          ],
          comment: 'idx',
          extra: { using: 'btree' },
        },
        {
          name: 'low',
          unique: false,
          keys: [
            { expression: 'lower(`name`)' },
            { expression: 'cast(`n` as char(10) charset utf8mb4)', descending: true },
          ],
        },
        { name: 'hidden', unique: false, keys: [{ column: 'n' }], extra: { hidden: true } },
        { name: 'where', unique: false, keys: [{ column: 'place' }], method: 'spatial' },
        { name: 'words', unique: false, keys: [{ column: 'name' }], method: 'fulltext', extra: { parser: 'ngram' } },
      ],
      comment: 'all of them',
      extra: {
        options: { STATS_PERSISTENT: '1' },
        partitions: {
          by: 'RANGE (year(`at`))',
          list: [
            { name: 'p0', values: 'VALUES LESS THAN (2020)' },
            { name: 'p 1', values: 'VALUES LESS THAN MAXVALUE' },
          ],
        },
      },
    })
  })

  it('views, routines and events come without definer and database', () => {
    expect(
      readView(
        'v',
        'CREATE ALGORITHM=MERGE DEFINER=`a b`@`%` SQL SECURITY INVOKER VIEW `v` (`x`,`y`) AS select `shop`.`users`.`id` AS `x`,`shop`.`twice`(`users`.`n`) AS `y` from `shop`.`users` WITH LOCAL CHECK OPTION',
        context.unqualified,
      ),
    ).toEqual({
      type: 'view',
      name: 'v',
      definition: 'select `users`.`id` AS `x`,`twice`(`users`.`n`) AS `y` from `users`',
      extra: { algorithm: 'merge', security: 'invoker', check: 'local', columns: '`x`,`y`' },
    })
    expect(
      readRoutine(
        'function',
        'f',
        'CREATE DEFINER=`root`@`localhost` FUNCTION `f`(a varchar(10)) RETURNS varchar(20) CHARSET utf8mb4 COLLATE utf8mb4_0900_ai_ci\n    DETERMINISTIC\nreturn a',
        'utf8mb4_0900_ai_ci',
      ).definition,
    ).toBe('(a varchar(10)) RETURNS varchar(20)\n    DETERMINISTIC\nreturn a')
    const event = {
      name: 'e',
      every: '1',
      unit: 'DAY',
      status: 'ENABLED',
      completion: 'NOT PRESERVE',
      body: 'select 1',
      comment: '',
    }
    const made = { starts: '2026-01-01 10:00:00', created: '2026-01-01 10:00:00', altered: '2026-01-01 10:00:00' }
    expect(readEvent({ ...event, ...made }).definition).toBe(
      'ON SCHEDULE EVERY 1 DAY ON COMPLETION NOT PRESERVE ENABLE DO select 1',
    )
    expect(readEvent({ ...event, ...made, starts: '2027-01-01 00:00:00' }).definition).toContain(
      "STARTS '2027-01-01 00:00:00'",
    )
  })

  it('asks each version for what it can do', () => {
    const add = (version: string): string | undefined =>
      render([{ kind: 'addColumn', table: 't', column: { name: 'a', type: 'int', nullable: true }, after: 'b' }], {
        version,
      })[0]
        ?.sql.split('\n')
        .at(-1)
        ?.trim()
    expect(add('8.0.36')).toBe('ALGORITHM=INSTANT, LOCK=DEFAULT')
    expect(add('8.0.20')).toBe('ALGORITHM=INPLACE, LOCK=NONE')
    expect(add('9.1.0')).toBe('ALGORITHM=INSTANT, LOCK=DEFAULT')
    expect(add('10.6.18-MariaDB')).toBe('ALGORITHM=INSTANT, LOCK=NONE')
    expect(add('5.5.5-10.11.2-MariaDB')).toBe('ALGORITHM=INSTANT, LOCK=NONE')
    expect(flavorOf('8.4.0').hidden).toEqual({ on: 'INVISIBLE', off: 'VISIBLE' })
    expect(flavorOf('11.4.2-MariaDB').hidden).toEqual({ on: 'IGNORED', off: 'NOT IGNORED' })
    const replaced = render(
      [
        {
          kind: 'alterObject',
          from: { type: 'function', name: 'f', definition: '() returns int return 1' },
          to: { type: 'function', name: 'f', definition: '() returns int return 2' },
        },
      ],
      { version: '8.0.36' },
    )
    expect(replaced.map(({ sql }) => sql.split('(')[0])).toEqual(['DROP FUNCTION `f`', 'CREATE FUNCTION `f`'])
  })
})

describe.runIf(await mysqlAnswers())('on the server', () => {
  let dialect: Dialect
  let shadow: Shadow
  beforeAll(async () => {
    dialect = await dialectNamed('mysql')
    shadow = await dialect.openShadow({ target: mysqlServer })
  })
  afterAll(() => shadow.close())

  it('reads a broken view, temporal tables, sequences and what the engines can', async () => {
    const schema = await shadow.scratch(async (connection) => {
      await shadow.load(connection, [
        'create table p (id int primary key, gone int)',
        'create view broken as select gone from p',
        'alter table p drop column gone',
        'create sequence numbers start with 5 cycle',
        'create table counted (id int default nextval(numbers), j json, c int check (c > 0), t text compressed) engine = innodb row_format = dynamic',
        'create table history (a int, b int without system versioning) with system versioning',
        'create table spatial_one (p point not null, spatial index (p)) engine = aria',
      ])
      return dialect.inspect(connection)
    })
    expect(schema.objects).toContainEqual({
      type: 'view',
      name: 'broken',
      definition: 'select `p`.`gone` AS `gone` from `p`',
    })
    const counted = schema.tables.find(({ name }) => name === 'counted')
    expect(counted?.columns).toMatchObject([
      { default: 'nextval(`numbers`)' },
      { type: 'json' },
      { extra: { check: '`c` > 0' } },
      { type: 'text', extra: { compressed: '' } },
    ])
    expect(schema.tables.find(({ name }) => name === 'history')?.extra).toEqual({ versioned: true })
    expect(schema.tables.find(({ name }) => name === 'spatial_one')?.extra).toMatchObject({ engine: 'Aria' })
  })
})

// Which changes of type somebody may have made together with a new name: then `migrate` asks.
import { expect, test } from 'vitest'
import { traits as mysql } from '../../src/dialects/mysql/traits.ts'
import { traits as postgres } from '../../src/dialects/postgres/traits.ts'

test.each([
  [postgres, 'integer', 'text', true],
  [postgres, 'text', 'timestamp with time zone', true],
  [postgres, 'integer', 'numeric(10,2)', true],
  [postgres, 'smallint', 'boolean', true],
  [postgres, 'date', 'timestamp without time zone', true],
  [postgres, 'integer', 'bigint[]', true],
  [postgres, 'old_mood', 'mood', true],
  [postgres, 'date', 'integer', false],
  [postgres, 'integer', 'uuid', false],
  [postgres, 'boolean', 'timestamp with time zone', false],
  [postgres, 'integer[]', 'integer', false],
  [postgres, 'mood', 'integer', false],
  [mysql, 'int', 'varchar(20)', true],
  [mysql, 'longtext', 'json', true],
  [mysql, 'date', 'datetime(3)', true],
  [mysql, 'tinyint(1)', 'decimal(10,2)', true],
  [mysql, 'int', 'datetime', false],
  [mysql, 'blob', 'int', false],
  [mysql, 'binary(16)', 'uuid', true],
  [mysql, 'uuid', 'inet6', false],
])('%#: %2$s to %3$s', ({ converts }, from, to, expected) => {
  expect(converts?.(from, to)).toBe(expected)
})

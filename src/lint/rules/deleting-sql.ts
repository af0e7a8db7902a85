// DL104: hand-written SQL that deletes.
import type { Rule } from '../rule.ts'

const NOISE = /'(?:[^']|'')*'|--[^\n]*|\/\*[\s\S]*?\*\//g
const DESTROYS = /\b(drop\s+(?:table|column|schema|database)|truncate|delete\s+from\s+\S+\s*(?:;|$))/i

/** DROP, TRUNCATE, and DELETE without a WHERE in `op.sql`. */
export const deletingSql: Rule = {
  code: 'DL104',
  name: 'deleting-sql',
  severity: 'warning',
  check: ({ operations }) =>
    operations.flatMap((each, operation) => {
      const found = each.kind === 'sql' ? DESTROYS.exec(each.up.replace(NOISE, ' ')) : null
      return found === null
        ? []
        : [{ operation, message: `Hand-written SQL deletes: ${found[0].replace(/\s+/g, ' ').trim()}` }]
    }),
}

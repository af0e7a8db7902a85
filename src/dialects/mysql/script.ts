// What the server's own client does to a script that is piped into it.
import { tokenAt } from './lexer.ts'

const BODY = /^\s*(?:DELIMITER\s+\S+\s+)?CREATE (?:OR REPLACE )?(?:AGGREGATE )?(?:PROCEDURE|FUNCTION|TRIGGER|EVENT)\b/iu

/** The client drops comments before it sends a statement, those inside of a body too, unless it is told not to. */
export function scriptHead(statements: readonly string[]): string | undefined {
  if (!statements.some((sql) => BODY.test(sql) && hasComment(sql))) return undefined
  return '-- Pipe this into `mariadb --comments` (or `mysql --comments`): without it the client drops the comments inside of routines.'
}

function hasComment(sql: string): boolean {
  for (let at = 0; at < sql.length; ) {
    const token = tokenAt(sql, at)
    if (token.kind === 'comment') return true
    at = token.end
  }
  return false
}

// A password is a value: it is hidden where values stand, and a sentence of ours stays a sentence.
import { describe, expect, test } from 'vitest'
import { explain as mysql } from '../src/dialects/mysql/explain.ts'
import { explain as postgres } from '../src/dialects/postgres/explain.ts'
import { redact, redactForeign, redactValue, rememberSecrets } from '../src/redact.ts'
import { project } from './support/cli.ts'
import { mysqlAnswers, mysqlServer, postgresAnswers, postgresServer } from './support/databases.ts'

for (const url of [
  'postgres://me:password@h/d',
  'mysql://me:secret@h/d',
  'mysql://me:hunter@h/d',
  'mysql://me:Tr0ub4dor&3@h/d',
]) {
  rememberSecrets(url)
}

describe('a password that is a word', () => {
  test.each([
    'Check user and password of the URL, and pg_hba.conf of the server.',
    'Keep it secret: a hunter finds passwords, secretly.',
    'No password ever: the secret is yours.',
  ])('leaves a sentence of ours alone: %s', (text) => {
    expect(redact(text)).toBe(text)
  })

  test.each([
    ['postgres://me:password@h/d', 'postgres://me:***@h/d'],
    ["host=h password=secret user='me'", "host=h password=*** user='me'"],
    ['Config { "key": "hunter" }', 'Config { "key": "***" }'],
    ["the value 'password' and `secret`", "the value '***' and `***`"],
    ['DB_PASS=hunter', 'DB_PASS=***'],
    ['no host me:hunter', 'no host me:***'],
    ['hunter', '***'],
    ['hunter@h', '***@h'],
    ['it is Tr0ub4dor&3 in a sentence', 'it is *** in a sentence'],
  ])('is hidden where it stands as a value: %s', (text, shown) => {
    expect(redact(text)).toBe(shown)
    expect(redactValue({ why: text })).toEqual({ why: shown })
  })

  test('is hidden in the words of a driver wherever it stands', () => {
    expect(redactForeign('getaddrinfo ENOTFOUND hunter')).toBe('getaddrinfo ENOTFOUND ***')
    expect(redactForeign('getaddrinfo ENOTFOUND password')).toBe('getaddrinfo ENOTFOUND ***')
    expect(redactForeign('password authentication failed for user "me"')).toBe(
      'password authentication failed for user "me"',
    )
    expect(postgres(Object.assign(new Error('getaddrinfo ENOTFOUND secret'), { code: 'ENOTFOUND' })).message).toBe(
      'getaddrinfo ENOTFOUND ***',
    )
    expect(mysql(Object.assign(new Error('connect hunter failed'), { errno: 1045 })).message).toBe('connect *** failed')
  })
})

const servers = [
  ...((await postgresAnswers()) ? [postgresServer] : []),
  ...((await mysqlAnswers()) ? [mysqlServer] : []),
]
describe.runIf(servers.length > 0)('what a verb says with such a password', () => {
  test.each(servers)('%s', async (server) => {
    const url = new URL(server)
    url.username = 'nobody_of_that_name'
    url.password = 'password'
    url.pathname = '/godwit_absent'
    const at = await project({ 'godwit.config.json': JSON.stringify({ url: url.href }) })
    try {
      const { stderr, stdout } = await at.cli(['current'])
      expect(stderr).toMatch(/^error /)
      expect(stderr + stdout).not.toContain(':password@')
      expect(stderr).not.toContain('***')
    } finally {
      await at.drop()
    }
  })
})

// The six scripts, the start and the function as processes, embedded and on the server; then the emergency, step by step.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { describeEach, postgresAnswers, scratchPglite, scratchPostgres } from '../../test/support/databases.ts'
import { type Example, example, type Running } from '../../test/support/example.ts'
import { cold, npm } from './test/support.ts'

const targets = [
  { name: 'embedded', scratch: scratchPglite },
  { name: 'server', scratch: scratchPostgres, answers: await postgresAnswers() },
]
const HEAD = '94d8405792a7'

/** Starts the program; the address it listens on. */
async function started(place: Example, env: Record<string, string> = {}): Promise<{ running: Running; url: string }> {
  const running = place.start('src/main.ts', { PORT: '0', ...env })
  await running.said('Ready on http://')
  return { running, url: /Ready on (\S+)/.exec(running.output())?.[1] ?? '' }
}
async function stopped(running: Running): Promise<string> {
  running.stop()
  expect((await running.ended).code, running.output()).toBe(0)
  return running.output()
}
const json = async (url: string): Promise<unknown> => (await fetch(url)).json()

describeEach(targets)('$name', ({ scratch }) => {
  let place: Example
  beforeEach(async () => {
    place = await example('toolkit', await scratch())
  })
  afterEach(() => place.drop())
  const change = (from: string, to: string): void => {
    const file = join(place.path, 'src/models.ts')
    const before = readFileSync(file, 'utf8')
    expect(before).toContain(from)
    writeFileSync(file, before.replace(from, to))
  }
  const written = (end: string): string => {
    const folder = join(place.path, 'migrations')
    return readFileSync(join(folder, readdirSync(folder).find((name) => name.endsWith(end)) ?? end), 'utf8')
  }

  test('init sets up a project that has only models; create finds each change of the original', async () => {
    rmSync(join(place.path, 'migrations'), { recursive: true })
    rmSync(join(place.path, 'godwit.config.ts'))
    const init = await npm(place, ['db:init'])
    expect(init).toMatch(/first revision|initial/i)
    expect(init).toContain('Applied 1 revision')
    change(
      "    .notNull()\n    .references(() => users.id, { onDelete: 'cascade' }),",
      "    .notNull()\n    .references(() => users.id, { onDelete: 'cascade' }),\n  category: varchar('category', { length: 50 }),",
    )
    change('{ length: 50 }).notNull().unique()', '{ length: 100 }).notNull().unique()')
    const file = join(place.path, 'src/models.ts')
    writeFileSync(
      file,
      `${readFileSync(file, 'utf8')}\nexport const categories = pgTable('categories', {\n  id: serial('id').primaryKey(),\n  name: varchar('name', { length: 50 }).notNull(),\n})\n`,
    )
    const created = await npm(place, ['db:create', 'Add categories'])
    expect(created).toContain('proved up and down')
    expect(written('_add_categories.ts')).toMatch(/createTable[\s\S]*categories/)
    expect(written('_add_categories.ts')).toMatch(/character varying\(100\)/)
    const upgraded = await npm(place, ['db:upgrade'])
    expect(upgraded).toContain('.backup.tar')
    expect(upgraded).toMatch(/Add categories[\s\S]*the latest/)
  })

  test('the data migration fills the rows that are there; production gets other rows and the same schema', async () => {
    await place.godwit(['upgrade', '6ddf1e697a5c'])
    await place.ask("insert into users (username, email) values ('bea', 'bea@example.org')")
    const { running, url } = await started(place, { GODWIT_ENV: 'production' })
    expect(await json(`${url}/users`)).toMatchObject([{ username: 'bea', avatarUrl: '/default-avatar.png' }])
    expect(await json(`${url}/features`)).toEqual([
      { name: 'comments', enabled: true },
      { name: 'debug_bar', enabled: false },
    ])
    await stopped(running)
    await place.godwit(['check'])
  })

  test('the function migrates on its first request; a cold start with nothing to do is one round trip', async () => {
    await place.godwit(['bundle', '--out', 'src/migrations.bundle.ts', '--check'])
    const first = await cold(place)
    expect(first.output).toContain('Migrations completed successfully! (3 revisions')
    expect(first.answers).toEqual([[{ title: 'Hello', by: 'ann' }], [{ title: 'Hello', by: 'ann' }]])
    const again = await cold(place)
    expect(again.output).toContain('✅ Database tables exist - skipping migrations')
    expect(again.answers).toEqual(first.answers)
    // Counted on the wire, where there is one.
    if (again.messages !== undefined) expect(again.messages).toBe(1)
  })

  test('where migrations fail on an empty database, tables come from the models if that is asked for', async () => {
    const first = join(place.path, 'migrations/20261121_1609_first_tables.ts')
    const broken = readFileSync(first, 'utf8').replace(
      /\],\n\}\)\n$/,
      "  op.sql({ up: 'select no_such_function()', down: '' }),\n  ],\n})\n",
    )
    writeFileSync(first, broken)
    const failed = await place.start('src/main.ts', { PORT: '0' }).ended
    expect(failed.code).toBe(1)
    expect(failed.stdout + failed.stderr).not.toContain('Ready on')
    const { running, url } = await started(place, { ON_FAILURE: 'create-tables' })
    // The seeds of this environment run as after any other start.
    expect(await json(`${url}/users`)).toMatchObject([{ username: 'ann' }])
    // What is in no model was not done, and the log says whose work is missing.
    expect(running.output()).toMatch(
      /Counted as done, though the models do not hold it[\s\S]*first tables[\s\S]*empty database/,
    )
    await stopped(running)
    expect(await place.godwit(['current'])).toMatch(new RegExp(`${HEAD}[\\s\\S]*the latest`))
  })

  test('the emergency: a migration fails at start-up → status → manual upgrade → rollback → restore', {
    timeout: 300_000,
  }, async () => {
    const before = await started(place)
    await stopped(before.running)
    await place.ask("insert into users (username, email) values ('bob', 'ann@example.org')")
    await npm(place, ['db:backup'])
    const backups = (): string[] =>
      readdirSync(join(place.path, 'backups'))
        .filter((name) => name.endsWith('.backup.tar'))
        .sort()
    const [saved = ''] = backups()

    // The deployment: the first of two revisions is fine, the second meets rows that it cannot accept.
    place.write('migrations/20270101_0000_nicknames.ts', NICKNAMES)
    place.write(
      'migrations/20270102_0000_unique_email.sql',
      revision(
        'd0d0d0d0d0d0',
        'c0c0c0c0c0c0',
        'unique email',
        'create unique index users_email on users (email);',
        'drop index users_email;',
      ),
    )
    const deployed = await place.start('src/main.ts', { PORT: '0' }).ended
    expect(deployed.code).toBe(1)
    const log = deployed.stdout + deployed.stderr
    expect(log).toContain('❌ Migration failed')
    expect(log).toContain('unique email')
    expect(log).not.toContain('Ready on')

    // 1. Check status.
    const status = await npm(place, ['db:status'])
    expect(status).toMatch(/current\s+c0c0c0c0c0c0/)
    expect(status).toMatch(/unique email/)
    // 2. Try the manual upgrade: the same, with the statement and the way out; a backup was taken first.
    const manual = await npm(place, ['db:upgrade'], 1)
    expect(manual).toMatch(/error \w+: Revision d0d0d0d0d0d0 \(unique email\) failed/)
    expect(manual).toContain('create unique index')
    expect(backups()).toHaveLength(2)
    // 3. Roll back: the data that would go is named, and nothing happens without a yes.
    const refused = await npm(place, ['db:rollback'], 4)
    expect(refused).toContain('column users.nickname')
    expect(await npm(place, ['db:rollback', '--yes'])).toMatch(
      /\.backup\.tar holds how it was[\s\S]*Took back 1 revision/,
    )
    // The version before it starts again.
    for (const name of ['20270101_0000_nicknames.ts', '20270102_0000_unique_email.sql'])
      rmSync(join(place.path, 'migrations', name))
    const back = await started(place)
    expect(await json(`${back.url}/users`)).toHaveLength(2)
    await stopped(back.running)

    // 4. The database is damaged: the check sees it, the backup brings it back, the next start serves it.
    await place.ask('drop table users cascade')
    expect(await place.godwit(['check'], 3)).toContain('users')
    const restored = await npm(place, ['db:restore', `backups/${saved}`, '--replace', '--yes'])
    expect(restored).toContain(`The history is at ${HEAD}`)
    expect(await npm(place, ['db:upgrade'])).toContain('the latest')
    const after = await started(place)
    expect(await json(`${after.url}/users`)).toMatchObject([{ username: 'ann' }, { username: 'bob' }])
    await stopped(after.running)
  })
})

const revision = (id: string, parent: string, message: string, up: string, down = ''): string =>
  `-- id: ${id}\n-- parents: ${parent}\n-- message: ${message}\n\n-- up\n${up}\n\n-- down\n${down}\n`

const NICKNAMES = `import { op, revision } from 'godwit'

export default revision({
  id: 'c0c0c0c0c0c0',
  parents: ['${HEAD}'],
  message: 'nicknames',
  operations: [
    op.addColumn({ table: 'users', column: { name: 'nickname', type: 'text', nullable: true } }),
    op.sql({ up: 'update users set nickname = username', down: '' }),
  ],
})
`

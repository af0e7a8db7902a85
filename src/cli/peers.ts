// The words of other tools (Alembic, Flask-Migrate, Prisma, Drizzle Kit, TypeORM, Knex, Rails, Django, Flyway, Liquibase), and what it is called here.

const MIGRATE = '`godwit migrate -m "…"` writes the next revision from the models.'
const UPGRADE = '`godwit upgrade` applies what is pending.'
const DOWNGRADE = '`godwit downgrade` takes the latest revision back, and asks where data would go.'
const RESET = '`godwit downgrade base` takes everything back, and asks where data would go; then `godwit upgrade`.'
const PLAN = '`godwit plan` shows what would be run, and runs nothing; `godwit plan --down` for the way back.'
const EMPTY = '`godwit revision -m "…"` writes an empty revision, to be filled by hand.'
const ADOPT = '`godwit adopt` takes over a database that has tables already.'
const STAMP =
  '`godwit stamp <revision>` writes the history without running anything; `godwit adopt` finds out where the database is.'
const CHECK = '`godwit check` compares models, revisions and database; `godwit verify` looks at the set-up.'
const PUSH =
  'Nothing goes into a database without a revision here: `godwit migrate -m "…"` writes it from the models, `godwit upgrade` applies it.'

const list = (answer: string, ...words: string[]): [string, string][] => words.map((word) => [word, answer])

const VERBS: ReadonlyMap<string, string> = new Map([
  ...list(MIGRATE, 'generate', 'autogenerate', 'makemigrations', 'migration', 'migrations', 'g', 'migration:generate'),
  ...list(PUSH, 'push', 'sync', 'synchronize', 'synchronise', 'schema:sync', 'db'),
  ...list(UPGRADE, 'deploy', 'up', 'apply', 'run', 'latest', 'dev', 'update', 'execute', 'migration:run'),
  ...list(DOWNGRADE, 'rollback', 'down', 'revert', 'undo', 'back', 'unapply', 'migration:revert'),
  ...list(RESET, 'reset', 'fresh', 'refresh', 'clean', 'redo', 'recreate', 'wipe'),
  ...list('`godwit downgrade base` takes everything back that revisions have made.', 'drop', 'schema:drop'),
  ...list(PLAN, 'dry-run', 'dryrun', 'preview', 'sqlmigrate', 'pretend'),
  ...list(EMPTY, 'make', 'new', 'create', 'add'),
  ...list(ADOPT, 'pull', 'introspect', 'inspect', 'import', 'dump'),
  ...list(STAMP, 'baseline', 'fake', 'mark'),
  ...list('`godwit resolve` settles a step of which nobody knows whether it happened.', 'repair', 'unlock', 'force'),
  ...list(CHECK, 'validate', 'drift', 'doctor', 'test'),
  ...list(
    '`godwit status` says where the database is; `godwit history` lists all revisions.',
    'info',
    'log',
    'showmigrations',
    'list',
    'ls',
  ),
  ...list('`godwit current` says at which revision the database is.', 'version', 'where'),
  ...list('`godwit seed` runs the seeds.', 'loaddata', 'fixtures'),
])

// Without what stands before a colon: `migrate:latest`, `db:migrate`, `migration:run`.
const plain = (word: string): string => word.toLowerCase().replace(/^(?:db|migrate|migration|migrations|schema):/, '')

/** What a verb of another tool is called here. */
export function peerVerb(word: string): string | undefined {
  const bare = plain(word)
  if (bare === word.toLowerCase()) return VERBS.get(bare)
  // `db:migrate` of Rails runs what `migrate` of ours writes.
  return bare === 'migrate' ? UPGRADE : bare === 'status' || bare === 'seed' ? `\`godwit ${bare}\`.` : VERBS.get(bare)
}

const OPTIONS: ReadonlyMap<string, string> = new Map([
  ...list(PLAN, '--dry-run', '--dry', '--preview', '--pretend', '--plan', '-n'),
  ...list('`godwit upgrade --sql` prints the script.', '--print', '--script', '--fake-script'),
  ...list(STAMP, '--fake', '--fake-initial', '--baseline'),
  ...list(EMPTY, '--empty', '--create-only'),
  ...list('The message is `-m "…"`.', '--name', '--title', '--comment'),
  ...list(
    '`--yes` agrees to what is named, where a verb asks.',
    '--force',
    '-f',
    '--accept-data-loss',
    '--no-input',
    '--noinput',
  ),
  ...list('`--url` names the database.', '--database', '--database-url', '--connection', '--dsn', '--db'),
  ...list('Models are named as `source` in godwit.config.ts.', '--schema', '--models'),
  ...list(
    '`godwit upgrade` and `downgrade` take the target as a word: `godwit upgrade +1`, `godwit downgrade -2`.',
    '--to',
    '--step',
    '--steps',
    '--all',
    '--count',
  ),
  ...list('Without --ask nothing is asked, except where data would go.', '--interactive', '--confirm'),
  ...list('`godwit migrate` always writes from the models; `godwit revision` writes an empty one.', '--autogenerate'),
])

/** What an option of another tool is here. */
export const peerOption = (option: string): string | undefined => OPTIONS.get(option.toLowerCase().split('=')[0] ?? '')

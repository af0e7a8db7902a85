// `verify`: is the set-up right? Every check is made, whatever the ones before it came to; nothing is written.
import { redactValue } from '../redact.ts'
import { environmentOf } from '../switches.ts'
import { type Check, collector } from './checks.ts'
import { command } from './command.ts'
import { checkDatabase } from './verify-database.ts'
import { checkProject } from './verify-project.ts'

export interface VerifyReport {
  /** True: nothing has failed. Warnings do not count. */
  ok: boolean
  /** For seeds and steps, from GODWIT_ENV and NODE_ENV. */
  environment: string
  warnings: number
  failed: number
  checks: Check[]
}

/** Exit code 1 where something has failed; warnings exit with 0, or with 3 under --strict. */
export const verify = command({
  name: 'verify',
  summary: 'is the set-up right? a recommendation for each thing that is not',
  description: `Looks at the environment's variables, the configuration, the revision files (each is read, up and down), the application's entry
file (does it call \`startup()\`?), the connection, the privileges, the shadow, and what is pending. It goes on after a failure, and
writes nothing. The exit code is 1 where something has failed, else 0; with \`--strict\` it is 3 where there is a warning.`,
  examples: [
    { line: 'godwit verify', does: 'before the first start, and in CI before a deployment' },
    { line: 'godwit verify --strict', does: 'warnings count, too' },
    { line: 'godwit verify --no-shadow', does: 'where nothing will be written from the models' },
  ],
  arguments: [],
  flags: {
    strict: { type: 'boolean', summary: 'exit with 3 where there is a warning' },
    shadow: { type: 'boolean', default: true, summary: 'leave the shadow out' },
  },
  writes: 'nothing',
  async run(context, { shadow }): Promise<VerifyReport> {
    const list: Check[] = []
    const checks = collector(list)
    const project = await checkProject(context, checks)
    await checkDatabase(context, checks, { ...project, shadow: shadow !== false })
    const count = (state: Check['state']): number => list.filter((check) => check.state === state).length
    return redactValue({
      ok: count('failed') === 0,
      environment: environmentOf(process.env),
      warnings: count('warning'),
      failed: count('failed'),
      checks: list,
    }) as VerifyReport
  },
  outcome: ({ ok, warnings }, { strict }) => (ok ? (strict && warnings > 0 ? 3 : 0) : 1),
})

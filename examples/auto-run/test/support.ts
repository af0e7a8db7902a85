// What the tests share: the databases they run on, the program as a process, and what it answers.
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseEnv } from 'node:util'
import {
  postgresAnswers,
  type ScratchDatabase,
  scratchPglite,
  scratchPostgres,
} from '../../../test/support/databases.ts'
import { type Program, program } from '../../../test/support/program.ts'

/** The folder of the example. */
export const folder = resolve(import.meta.dirname, '..')

/** Every database that the example serves; what needs a server that does not answer is skipped. */
export const targets: { name: string; scratch: () => Promise<ScratchDatabase>; answers?: boolean }[] = [
  { name: 'embedded', scratch: scratchPglite },
  { name: 'server', scratch: scratchPostgres, answers: await postgresAnswers() },
]

/** The program on a free port. */
export const start = ({ url }: ScratchDatabase, env: Record<string, string> = {}): Program =>
  program(process.execPath, ['--import', 'tsx', 'src/main.ts'], {
    cwd: folder,
    env: { DATABASE_URL: url, PORT: '0', ...env },
  })

/** The command line, as npm scripts find it. */
export const godwit = ({ url }: ScratchDatabase, args: string[], env: Record<string, string> = {}): Program =>
  program(process.execPath, [resolve(folder, '../../dist/cli/main.js'), ...args], {
    cwd: folder,
    env: { DATABASE_URL: url, ...env },
  })

/** Where it answers, once it says so. */
export async function address(running: Program, word: 'Ready' | 'Listening' = 'Ready'): Promise<string> {
  const [, url = ''] = await running.prints(new RegExp(`${word} on (http:\\S+)`))
  return url
}

/** A page, as status and JSON. */
export async function get(url: string): Promise<{ status: number; body: unknown }> {
  const response = await fetch(url)
  return { status: response.status, body: await response.json() }
}

/** The variables of one of the environments. */
export const environment = (name: string): Record<string, string> =>
  parseEnv(readFileSync(resolve(folder, 'deploy', `${name}.env`), 'utf8')) as Record<string, string>

// The real program as a child process, for tests that look at exit codes and at what goes where.
import { spawn } from 'node:child_process'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { built, root } from './built.ts'
import { scratchFolder } from './databases.ts'

export interface Outcome {
  code: number
  stdout: string
  stderr: string
}

/** A project folder and the program in it. */
export interface Project {
  path: string
  write(name: string, text: string): void
  /** Runs it; nothing of the outer environment but what it needs. */
  cli(args: readonly string[], env?: Record<string, string>): Promise<Outcome>
  drop(): Promise<void>
}

/** Makes a project with these files. */
export async function project(files: Record<string, string> = {}): Promise<Project> {
  const main = await built()
  const folder = await scratchFolder()
  const path = join(folder.path, 'project')
  mkdirSync(path)
  symlinkSync(join(root, 'node_modules'), join(folder.path, 'node_modules'))
  const write = (name: string, text: string): void => {
    mkdirSync(dirname(join(path, name)), { recursive: true })
    writeFileSync(join(path, name), text)
  }
  for (const [name, text] of Object.entries(files)) write(name, text)
  return {
    path,
    write,
    drop: folder.drop,
    cli: (args, env = {}) =>
      new Promise((resolve, reject) => {
        const { PATH = '', HOME = '' } = process.env
        const child = spawn(process.execPath, [main, ...args], {
          cwd: path,
          env: { PATH, HOME, NO_COLOR: '1', ...env },
        })
        child.stdin.end()
        let stdout = ''
        let stderr = ''
        child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
          stdout += chunk
        })
        child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
          stderr += chunk
        })
        child.on('error', reject)
        child.on('close', (code) => resolve({ code: code ?? -1, stdout, stderr }))
      }),
  }
}

/** A revision file in SQL. */
export const sqlRevision = (id: string, parents: readonly string[], up: string, down = ''): string =>
  `-- id: ${id}\n-- parents: ${parents.join(', ')}\n-- message: ${id}\n\n-- up\n${up}\n\n-- down\n${down}\n`

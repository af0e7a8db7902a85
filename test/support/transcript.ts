// Transcripts: text files of commands and what they print, run against the real program.
import { spawn } from 'node:child_process'
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { hostname, userInfo } from 'node:os'
import { join } from 'node:path'
import { root } from './built.ts'

/** A command with the lines that follow it. */
export interface Step {
  /** Text for the reader, before the command. */
  before: string
  /** Lines of the command: the first after `$ `, the others after `> `. */
  command: string
  expected: string
}

/** Splits a transcript. Lines before the first `$ ` and lines that begin with `# ` at a step's start are for the reader. */
export function parseTranscript(text: string): { steps: Step[]; tail: string } {
  const steps: Step[] = []
  let before = ''
  let current: Step | undefined
  let inCommand = false
  for (const line of text.replace(/\n$/, '').split('\n')) {
    if (line.startsWith('$ ')) {
      if (current !== undefined) steps.push(current)
      current = { before, command: line.slice(2), expected: '' }
      before = ''
      inCommand = true
    } else if (current !== undefined && inCommand && line.startsWith('> ')) current.command += `\n${line.slice(2)}`
    else if (current !== undefined && !line.startsWith('# ')) {
      inCommand = false
      current.expected += `${line}\n`
    } else {
      if (current !== undefined) steps.push(current)
      current = undefined
      before += `${line}\n`
    }
  }
  if (current !== undefined) steps.push(current)
  return {
    steps: steps.map((step) => ({ ...step, expected: step.expected.replace(/\n+$/, '\n').replace(/^\n$/, '') })),
    tail: before,
  }
}

/** A transcript as text again. */
export const printTranscript = (steps: readonly Step[], tail: string): string =>
  `${steps
    .map(({ before, command, expected }) => {
      const lines = command.split('\n').map((line, index) => `${index === 0 ? '$' : '>'} ${line}`)
      return `${before}${lines.join('\n')}\n${expected === '' ? '' : expected}`
    })
    .join('\n')}${tail === '' ? '' : `\n${tail}`}`

/** A shell in a folder, with the program on its path. Variables that would change the output are fixed. */
export interface Shell {
  folder: string
  env: Record<string, string>
  run(command: string): Promise<{ output: string; code: number }>
}

/** Opens one. `main` is the built program. */
export function openShell(folder: string, main: string, env: Record<string, string> = {}): Shell {
  const bin = join(folder, '.bin')
  mkdirSync(bin)
  const script = join(bin, 'godwit')
  writeFileSync(script, `#!/bin/sh\nexec "${process.execPath}" "${main}" "$@"\n`)
  chmodSync(script, 0o755)
  const project = join(folder, 'project')
  mkdirSync(project)
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  const { PATH = '', HOME = folder, ...outer } = process.env
  const kept = Object.fromEntries(Object.entries(outer).filter(([key]) => /^(?:LANG|LC_|TMPDIR|PG|MYSQL)/.test(key)))
  const full = { ...kept, PATH: `${bin}:${PATH}`, HOME, NO_COLOR: '1', COLUMNS: '100', CI: '1', ...env } as Record<
    string,
    string
  >
  return {
    folder: project,
    env: full,
    run: (command) =>
      new Promise((resolve, reject) => {
        const child = spawn('sh', ['-c', `{ ${command}\n} 2>&1`], {
          cwd: project,
          env: full,
          stdio: ['ignore', 'pipe', 'pipe'],
        })
        let output = ''
        child.stdout.on('data', (chunk: Buffer) => {
          output += chunk.toString()
        })
        child.stderr.on('data', (chunk: Buffer) => {
          output += chunk.toString()
        })
        child.on('error', reject)
        child.on('close', (code) => resolve({ output, code: code ?? -1 }))
      }),
  }
}

/** Makes output the same on every run: ids, times, durations and folders become words. */
export function createNormaliser(folder: string): (text: string) => string {
  const ids = new Map<string, string>()
  const who = `${userInfo().username}@${hostname()}`
  return (text) =>
    text
      .replaceAll(folder, '<folder>')
      // The engine's own version is the driver's business, and differs between Node's releases.
      .replaceAll(/"version": "\d+(?:\.\d+)+"/g, '"version": "<version>"')
      .replaceAll(/\b[0-9a-f]{16}\b(?![0-9a-f])/g, '<hash>')
      .replaceAll(/\b[0-9a-f]{64}\b/g, '<hash>')
      .replaceAll(/(?<![0-9a-f])[0-9a-f]{12}(?![0-9a-f])/g, (id) => {
        const known = ids.get(id) ?? `<id ${ids.size + 1}>`
        ids.set(id, known)
        return known
      })
      .replaceAll(/\b20\d{6}_\d{4}_/g, '<time>_')
      .replaceAll(/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, '<time>')
      .replaceAll(/\b(?:\d+ min \d+ s|\d+(?:\.\d+)? m?s)\b/g, '<duration>')
      .replaceAll(/"duration": \d+(?:\.\d+)?/g, '"duration": "<duration>"')
      .replaceAll(/just now|\d+ seconds? ago/g, '<ago>')
      .replaceAll(who, '<who>')
      .replaceAll(/\b(sqlite|"version": ")(\s*)\d+\.\d+\.\d+/g, '$1$2<version>')
      // What stands in a column is as wide as what was replaced.
      .replaceAll(/^(?=.*<(?:ago|duration|id \d+)>).*$/gm, (line) => line.replaceAll(/(?<=\S) {2,}/g, '  '))
      .replaceAll(/ +$/gm, '')
}

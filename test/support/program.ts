// A program that goes on running: started in a process group of its own, so that npm and what it started end together.
import { type ChildProcess, spawn } from 'node:child_process'

export interface Program {
  /** Everything it printed until now. */
  output(): string
  /** Waits until it prints what fits; an error with all it printed where it ends before. */
  prints(pattern: RegExp): Promise<RegExpExecArray>
  /** How it ended. */
  ended: Promise<number | NodeJS.Signals>
  stop(signal?: NodeJS.Signals): Promise<number | NodeJS.Signals>
}

/** Starts it. `env` is all of its environment but PATH and HOME. */
export function program(
  command: string,
  args: readonly string[],
  options: { cwd: string; env?: Record<string, string> },
): Program {
  const { PATH = '', HOME = '' } = process.env
  const child: ChildProcess = spawn(command, args, {
    cwd: options.cwd,
    env: { PATH, HOME, NO_COLOR: '1', ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  let text = ''
  const listeners = new Set<() => void>()
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
      for (const listener of listeners) listener()
    })
  }
  const ended = new Promise<number | NodeJS.Signals>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => resolve(code ?? signal ?? -1))
  })
  return {
    output: () => text,
    ended,
    async prints(pattern) {
      const found = new Promise<RegExpExecArray>((resolve) => {
        const look = (): void => {
          const match = pattern.exec(text)
          if (match === null) return
          listeners.delete(look)
          resolve(match)
        }
        listeners.add(look)
        look()
      })
      const early = ended.then((how) => {
        const match = pattern.exec(text)
        if (match !== null) return match
        throw new Error(`it ended (${how}) without printing ${pattern}:\n${text}`)
      })
      return Promise.race([found, early])
    },
    async stop(signal = 'SIGTERM') {
      if (child.pid !== undefined && child.exitCode === null && child.signalCode === null)
        process.kill(-child.pid, signal)
      return ended
    },
  }
}

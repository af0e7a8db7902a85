// A person at a terminal: progress while a verb works, and questions. The prompt library is loaded for a question only.
import type { Ask, Event } from '../commands/context.ts'
import { GodwitError } from '../errors.ts'
import type { Globals } from './invocation.ts'
import { liveProgress, type Progress, plainProgress } from './progress.ts'
import { clean } from './text/ui.ts'

/** What `run` needs of a terminal. */
export interface Terminal {
  show: (event: Event) => void
  ask?: Ask
  /** Takes the progress off the screen. */
  end: () => void
}

type Prompts = typeof import('@clack/prompts')

/** A terminal for these options. Without a person at both ends there is nobody to ask. */
export function createTerminal({ json, quiet }: Globals): Terminal {
  const { stdin, stderr, env } = process
  // A build server may give its jobs a terminal, and nobody sits there.
  const isBuild = env.CI !== undefined && env.CI !== '' && env.CI !== '0' && env.CI !== 'false'
  const person = stdin.isTTY === true && stderr.isTTY === true && !json && !isBuild
  const lively = stderr.isTTY === true && !isBuild && env.TERM !== 'dumb'
  const progress: Progress =
    quiet || json
      ? { show: () => {}, end: () => {} }
      : lively
        ? liveProgress(stderr)
        : plainProgress((text) => stderr.write(text))
  return { ...progress, ...(person && { ask: prompts(progress.end) }) }
}

/** Questions through the prompt library; `pause` takes the progress away first. Errors: DECISION_NEEDED when cancelled. */
function prompts(pause: () => void): Ask {
  const ready = async (): Promise<Prompts> => {
    pause()
    return import('@clack/prompts')
  }
  const cancelled = (): never => {
    throw new GodwitError('DECISION_NEEDED', 'Cancelled. Nothing was changed.', {
      fix: 'Run the command again; its `--help` says how to decide without being asked.',
    })
  }
  return {
    async confirm({ message, details = [] }) {
      const { confirm, isCancel } = await ready()
      for (const line of details) process.stderr.write(`${clean(line)}\n`)
      const answer = await confirm({ message: clean(message), initialValue: false, output: process.stderr })
      return isCancel(answer) ? cancelled() : answer
    },
    async select({ message, options }) {
      const { select, isCancel } = await ready()
      const answer = await select<number>({
        message: clean(message),
        options: options.map(({ label, hint }, value) => ({
          value,
          label: clean(label),
          ...(hint !== undefined && { hint: clean(hint) }),
        })),
        output: process.stderr,
      })
      return isCancel(answer) ? cancelled() : answer
    },
  }
}

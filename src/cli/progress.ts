// What the terminal shows while a verb works: one line that moves, and lines that stay.
import type { Event } from '../commands/context.ts'
import { redact } from '../redact.ts'
import { tenths } from '../runner/ensured-words.ts'
import { clean, duration, width } from './text/ui.ts'

/** Shows events until it is ended; `end` takes the moving line away. */
export interface Progress {
  show: (event: Event) => void
  end: () => void
}

/** What is worth a line where nothing can move: waiting, trying again, warnings. */
export function plainProgress(write: (text: string) => void): Progress {
  let waited = false
  const isWorthALine = tenths()
  return {
    show(event) {
      const line = lineOf(event)
      // Waiting is reported about once a second; one line of it is enough for a log.
      if (line === undefined || (event.type === 'lock waiting' && waited)) return
      if (event.type === 'backfill' && !isWorthALine(event)) return
      waited ||= event.type === 'lock waiting'
      write(`${redact(line)}\n`)
    },
    end: () => {},
  }
}

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']
const PATIENCE = 150
const BAR = 20

/**
 * A moving line, shown after a moment so that quick work stays quiet, and above it what has to stay. It is our own:
 * the prompt library's puts the terminal into raw mode, and ends the process with exit code 0 on Ctrl-C, while the step
 * under way has to be finished or rolled back.
 */
export function liveProgress(stream: Pick<NodeJS.WriteStream, 'write' | 'columns'>): Progress {
  let message = ''
  let bar: Bar = { done: 0, total: 0 }
  let frame = 0
  let shown = false
  let timer: NodeJS.Timeout | undefined

  const draw = (): void => {
    shown = true
    const amount = bar.total > 1 ? ` ${barOf(bar)}` : ''
    const line = `${FRAMES[frame++ % FRAMES.length]}${amount} ${message}`
    stream.write(`\r${fitting(line, (stream.columns || 80) - 1)}\u001b[K`)
  }
  const erase = (): void => {
    if (shown) stream.write('\r\u001b[K')
    shown = false
  }
  const start = (): void => {
    timer ??= setTimeout(() => {
      draw()
      timer = setInterval(draw, 80)
      timer.unref()
    }, PATIENCE)
    timer.unref()
  }
  return {
    show(event) {
      if (event.type === 'plan') bar = { done: 0, total: event.revisions.length }
      if (event.type === 'step finished') bar = { ...bar, done: bar.done + 1 }
      if (event.type === 'progress') bar = { done: event.done, total: event.total, unit: event.unit }
      const stays = STAYS.has(event.type) ? lineOf(event) : undefined
      if (stays !== undefined) {
        erase()
        stream.write(`${redact(stays)}\n`)
      }
      const busy = busyWith(event)
      if (busy === undefined) return
      message = redact(busy)
      start()
    },
    end() {
      clearTimeout(timer)
      timer = undefined
      erase()
    },
  }
}

interface Bar {
  done: number
  total: number
  /** Absent: steps. */
  unit?: 'rows' | 'tables' | 'bytes'
}

function barOf({ done, total, unit }: Bar): string {
  const full = Math.round((done / total) * BAR)
  const count =
    unit === 'bytes'
      ? `${Math.floor((done / total) * 100)} %`
      : `${done}/${total}${unit === undefined ? '' : ` ${unit}`}`
  return `${'█'.repeat(full)}${'░'.repeat(BAR - full)} ${count}`
}

function fitting(line: string, columns: number): string {
  if (width(line) <= columns) return line
  let text = ''
  for (const char of line) {
    if (width(text + char) >= columns) break
    text += char
  }
  return `${text}…`
}

/** Events that a reader must not miss. */
const STAYS = new Set<Event['type']>(['settled', 'overtaken', 'warning'])

function busyWith(event: Event): string | undefined {
  if (event.type === 'working' || event.type === 'progress') return clean(event.message)
  if (event.type === 'lock wanted') return 'Taking the lock'
  if (event.type === 'lock taken') return 'Reading the history'
  if (event.type === 'step started') {
    return `${event.direction === 'up' ? 'Upgrading' : 'Downgrading'} ${clean(event.revision)} ${clean(event.message)}`
  }
  return STAYS.has(event.type) ? undefined : lineOf(event)
}

function lineOf(event: Event): string | undefined {
  switch (event.type) {
    case 'lock waiting': {
      const { pid, host, user, application } = event.holder
      const who = [application, user, host, pid === undefined ? undefined : `process ${pid}`].filter((part) => part)
      const by = who.length === 0 ? '' : ` (${who.map((part) => clean(String(part))).join(', ')})`
      return `Waiting for another runner to finish${by}, ${duration(event.waited)} so far.`
    }
    case 'retry':
      return `${clean(event.revision)}: ${event.reason}; trying again in ${duration(event.delay)} (${event.attempt} of ${event.tries}).`
    case 'settled':
      return `${clean(event.revision)}: an earlier run was interrupted at statement ${event.statement + 1}; found it ${event.outcome}.`
    case 'overtaken':
      return `${clean(event.revision)} was applied by another runner in the meantime.`
    case 'backfill': {
      const { table, column, done, total } = event
      return `${clean(event.revision)}: filling ${clean(table)}.${clean(column)}: ${done} of about ${total} rows.`
    }
    case 'warning':
      return `warning: ${clean(event.message)}`
    default:
      return undefined
  }
}

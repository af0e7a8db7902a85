// What a verb that watches shows: a screen that is redrawn, or where there is none, a line for each change.
import type { StatusReport } from '../commands/status.ts'
import type { Globals } from './invocation.ts'
import { toJson } from './json.ts'
import { line, text } from './text/status.ts'
import type { Ui } from './text/ui.ts'

/** Takes what was seen. */
export type Screen = (report: StatusReport, changed: boolean) => void

const HOME = '\u001b[H'
const CLEAR = '\u001b[2J'
const CLEAR_LINE = '\u001b[K'
const CLEAR_BELOW = '\u001b[J'

/** The screen for these options. `stream.isTTY`: whether it can be redrawn. */
export function screenOn(
  stream: Pick<NodeJS.WriteStream, 'write' | 'isTTY'>,
  { json, quiet }: Globals,
  ui: () => Ui,
): Screen {
  if (quiet) return () => {}
  if (json) return (report, changed) => void (changed && stream.write(`${toJson(report, 0)}\n`))
  if (!stream.isTTY) return (report, changed) => void (changed && stream.write(`${line(report, ui())}\n`))
  let first = true
  return (report) => {
    const shown = ui()
    const lines = `${text(report, shown)}\n\n${shown.colors.dim('Ctrl-C ends it.')}\n`.replaceAll(
      '\n',
      `${CLEAR_LINE}\n`,
    )
    // One write, from the top left: nothing flickers.
    stream.write(`${first ? CLEAR : ''}${HOME}${lines}${CLEAR_BELOW}`)
    first = false
  }
}

#!/usr/bin/env node
// The terminal face: reads the arguments, runs a verb, prints its report. The only file that ends the process.
import { run } from './run.ts'

// A reader that has seen enough (`| head`) is no failure.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0)
    throw error
  })
}

const abort = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    // The first time the step under way is finished or rolled back; whoever asks again gets out at once.
    if (abort.signal.aborted) process.exit(130)
    abort.abort(signal)
  })
}

const code = await run(process.argv.slice(2), abort.signal)
// What was written to a pipe has to be gone before the end; idle sockets and timers need not be waited for.
for (const stream of [process.stdout, process.stderr]) {
  await new Promise<void>((done) => stream.write('', () => done()))
}
process.exit(code)

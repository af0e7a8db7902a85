// What every benchmark needs: a folder, a clock, and one way to print. Run them with `node bench/run.mjs`.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of the project, and its built command line. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)))
export const cli = join(root, 'dist/cli/main.js')

export function folder() {
  const path = mkdtempSync(join(tmpdir(), 'godwit-bench-'))
  return { path, drop: () => rmSync(path, { recursive: true, force: true }) }
}

/** Milliseconds of the work. */
export async function time(work) {
  const start = performance.now()
  await work()
  return performance.now() - start
}

export const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1]

/** Runs the contestants in turn, `rounds` times, so that a busy machine is busy for all; prints medians and ratios to the first. */
export async function race(title, rounds, contestants) {
  const times = new Map(Object.keys(contestants).map((name) => [name, []]))
  for (let round = 0; round < rounds; round++) {
    for (const [name, run] of Object.entries(contestants)) times.get(name).push(await run())
  }
  console.log(`\n${title} (median of ${rounds})`)
  const [floor] = times.values()
  for (const [name, values] of times) {
    const ratio = median(values.map((value, round) => value / floor[round]))
    console.log(`  ${name.padEnd(44)} ${median(values).toFixed(0).padStart(7)} ms   ${ratio.toFixed(2)} x`)
  }
}

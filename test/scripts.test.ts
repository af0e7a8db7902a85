// Runs the transcripts of test/scripts against the real program. GODWIT_UPDATE=1 writes what is printed into them.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { built } from './support/built.ts'
import { scratchFolder } from './support/databases.ts'
import { createNormaliser, openShell, parseTranscript, printTranscript, type Step } from './support/transcript.ts'

const folder = join(import.meta.dirname, 'scripts')
const update = process.env.GODWIT_UPDATE === '1'

describe('transcripts of the terminal', async () => {
  const main = await built()
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.script'))) {
    test(name, { timeout: 180_000 }, async () => {
      const path = join(folder, name)
      const { steps, tail } = parseTranscript(readFileSync(path, 'utf8'))
      const scratch = await scratchFolder()
      try {
        const shell = openShell(scratch.path, main)
        const normalise = createNormaliser(scratch.path)
        const seen: Step[] = []
        for (const step of steps) {
          const { output, code } = await shell.run(step.command)
          const text = normalise(output).replace(/\n+$/, '\n').replace(/^\n$/, '')
          seen.push({ ...step, expected: `${text}${code === 0 ? '' : `[exit ${code}]\n`}` })
        }
        if (update) writeFileSync(path, printTranscript(seen, tail))
        else expect(printTranscript(seen, tail)).toBe(printTranscript(steps, tail))
      } finally {
        await scratch.drop()
      }
    })
  }
})

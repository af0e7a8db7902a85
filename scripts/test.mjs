// `npm test`: sets up what is missing, then runs the tests. Arguments go to vitest: `npm test -- test/laws`.
import { bin, ready, run } from './ready.mjs'

ready()
run(process.execPath, [bin('vitest', 'vitest.mjs'), 'run', ...process.argv.slice(2)])

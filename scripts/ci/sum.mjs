// The last line of CI, and its exit code:  node scripts/ci/sum.mjs <folder of Vitest's JSON reports> <exit code so far>
// Counts what ran, in every part: a test that passed in two parts was passed twice. Skipped is what no part ran.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const [folder = '.', code = '0'] = process.argv.slice(2)
const counts = { passed: 0, failed: 0 }
const ran = new Set()
const left = new Set()
for (const name of readdirSync(folder).sort()) {
  const { testResults, startTime } = JSON.parse(readFileSync(join(folder, name), 'utf8'))
  const part = { passed: 0, failed: 0 }
  for (const file of testResults) {
    // A file that cannot be loaded, or holds no test, has no test that failed.
    if (file.status === 'failed' && file.assertionResults.every(({ status }) => status !== 'failed')) part.failed++
    for (const { status, fullName } of file.assertionResults) {
      if (status in part) part[status]++
      const test = `${file.name}: ${fullName}`
      if (status in part) ran.add(test)
      else left.add(test)
    }
  }
  const seconds = Math.round((Math.max(...testResults.map(({ endTime }) => endTime)) - startTime) / 1000)
  console.log(`${name.replace('.json', '')}: ${part.passed} passed, ${part.failed} failed, in ${seconds} s`)
  counts.passed += part.passed
  counts.failed += part.failed
}
// What is no test (an installation, the demo, the types) fails as one.
if (code !== '0' && counts.failed === 0) counts.failed = 1
const skipped = [...left].filter((test) => !ran.has(test)).length
console.log(`\n${counts.passed} passed, ${counts.failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
process.exit(counts.failed === 0 && counts.passed > 0 ? 0 : 1)

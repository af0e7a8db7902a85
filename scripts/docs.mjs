// Writes docs/reference/commands.md from the declarations of the verbs: `npm run docs`.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ready, root } from './ready.mjs'

ready()
const { commandsPage } = await import('../dist/cli/reference.js')
const file = join(root, 'docs', 'reference', 'commands.md')
const page = await commandsPage()
const before = (() => {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
})()
if (page !== before) writeFileSync(file, page)
console.log(page === before ? 'docs/reference/commands.md is current' : 'docs/reference/commands.md written')

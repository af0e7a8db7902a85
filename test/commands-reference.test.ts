// The reference of the verbs is what the declarations say, and every verb is fit to be shown.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from '../src/cli/parse.ts'
import { commandsPage } from '../src/cli/reference.ts'
import { writers } from '../src/cli/text/index.ts'
import { type AnyCommand, kebab } from '../src/commands/command.ts'
import { verbNames, verbs } from '../src/commands/index.ts'

const root = join(import.meta.dirname, '..')

test('docs/reference/commands.md is current (npm run docs writes it)', async () => {
  expect(readFileSync(join(root, 'docs/reference/commands.md'), 'utf8')).toBe(await commandsPage())
})

describe.each(verbNames)('%s', (name) => {
  test('has examples that parse, and a text', async () => {
    const command: AnyCommand = await verbs[name]()
    expect(command.name).toBe(name)
    expect(command.examples.length).toBeGreaterThan(0)
    for (const { line } of command.examples) {
      const words = [...line.replace(/ >.*$/, '').matchAll(/"([^"]*)"|(\S+)/g)].map(
        (match) => match[1] ?? match[2] ?? '',
      )
      expect(words.shift()).toBe('godwit')
      const invocation = await parse(words, '0.0.0')
      expect(invocation).toMatchObject({ kind: 'run', verb: name })
      if (invocation.kind !== 'run') continue
      const known = [...command.arguments.map((one) => one.name), ...Object.keys(command.flags)]
      expect(known).toEqual(expect.arrayContaining(Object.keys(invocation.input)))
    }
    expect(await writers[name]()).toBeTypeOf('function')
  })

  test('its help shows every option and an example', async () => {
    const command: AnyCommand = await verbs[name]()
    const help = await parse([name, '--help'], '0.0.0')
    if (help.kind !== 'text') throw new Error('no help')
    expect(help.exitCode).toBe(0)
    expect(help.text).toContain('Examples:')
    for (const [flag, { type, default: on }] of Object.entries(command.flags)) {
      expect(help.text).toContain(type === 'boolean' && on === true ? `--no-${kebab(flag)}` : `--${kebab(flag)}`)
    }
  })
})

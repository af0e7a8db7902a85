// Revisions written in TypeScript: mostly the whole file is read without running it.
import { resolve } from 'node:path'
import { GodwitError, isGodwitError } from '../errors.ts'
import { op } from '../operations/op.ts'
import type { Operation } from '../operations/operation.ts'
import { printOperations } from '../operations/print.ts'
import { moduleFailure } from '../place.ts'
import { FORM, invalid } from './header.ts'
import { NotLiteral, readModule } from './literal.ts'
import { FORMAT, type RevisionDefinition, revision } from './revision.ts'
import { tokenize } from './tokens.ts'

/**
 * The definition in a text. Nothing but literals and `op.…()` calls: read without running (fast, and the very bytes
 * that were hashed). Otherwise it is run from these bytes; `import … from 'godwit'` gives our own builders, installed or not.
 * Errors: REVISION_INVALID (with the place of a syntax error), REVISION_FAILED (it throws).
 */
export async function loadTypescript(text: string, file: string): Promise<RevisionDefinition> {
  return checked(literalOf(text) ?? (await evaluate(text, file)), file)
}

/** The definition in a text that is nothing but literals; undefined: it has code, and would have to be run. Errors: REVISION_INVALID. */
export function readTypescript(text: string, file: string): RevisionDefinition | undefined {
  const value = literalOf(text)
  return value === undefined ? undefined : checked(value, file)
}

/** Whether a file is read without running it: no code of its own, nothing imported but `godwit`. */
export const isLiteral = (text: string): boolean => literalOf(text) !== undefined

const literalOf = (text: string): unknown =>
  readModule(tokenize(text), (object, method, parameters) => {
    const build = object === 'op' ? builders.get(method) : undefined
    if (build === undefined || parameters.length !== 1) throw new NotLiteral()
    return build(parameters[0] as never)
  })

const builders = new Map<string, (payload: never) => unknown>(Object.entries(op))

async function evaluate(text: string, file: string): Promise<unknown> {
  const { createJiti } = await import('jiti')
  const jiti = createJiti(import.meta.url, {
    interopDefault: true,
    moduleCache: false,
    virtualModules: { godwit: { op, revision, GodwitError } },
  })
  try {
    const module = await jiti.evalModule(text, { filename: resolve(file), ext: '.ts', async: true })
    return module !== null && typeof module === 'object' && 'default' in module ? module.default : module
  } catch (error) {
    if (isGodwitError(error)) throw error
    const { message, syntax, place } = moduleFailure(error, file, text)
    if (syntax) {
      throw invalid(
        file,
        `it has a syntax error (${message})`,
        place,
        'Correct the file and run the command again. Nothing was run.',
      )
    }
    throw new GodwitError('REVISION_FAILED', `The revision file ${file} cannot be loaded: ${message}`, {
      why: 'The file threw an error while it was imported, before anything was run on the database.',
      fix: 'Correct the file; revisions may import other modules by relative path.',
      place,
      cause: error,
    })
  }
}

/** The text of a new revision file. `down` is printed only where the inverses of the operations do not say it. */
export function printTypescript(definition: RevisionDefinition): string {
  const { id, parents, message, operations, down, transaction } = definition
  const lines = [
    `  id: ${quote(id)},`,
    `  parents: [${parents.map(quote).join(', ')}],`,
    `  message: ${quote(message)},`,
    `  format: ${FORMAT},`,
    `  operations: ${list(operations)},`,
  ]
  if (down !== undefined) lines.push(`  down: ${down === 'irreversible' ? quote(down) : list(down)},`)
  if (transaction === false) lines.push('  transaction: false,')
  const names = operations.length > 0 || (Array.isArray(down) && down.length > 0) ? 'op, revision' : 'revision'
  return `import { ${names} } from 'godwit'\n\nexport default revision({\n${lines.join('\n')}\n})\n`
}

const list = (operations: readonly Operation[]): string =>
  operations.length === 0 ? '[]' : `[\n${printOperations(operations, '    ').trimEnd()}\n  ]`

// The separators that end a line for JavaScript must not stand bare in source.
const quote = (text: string): string =>
  `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'").replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')}'`

function checked(value: unknown, file: string): RevisionDefinition {
  if (value === null || typeof value !== 'object') {
    throw invalid(file, 'its default export is no revision', { file }, FORM)
  }
  try {
    return revision(value as RevisionDefinition)
  } catch (error) {
    if (!isGodwitError(error)) throw error
    throw new GodwitError(error.code, error.message, { fix: FORM, place: { file } })
  }
}

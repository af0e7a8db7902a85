// What stands behind the "?" of a URL: known, of another tool and without meaning here, or an error. Never dropped.
import { GodwitError } from './errors.ts'
import { nearest } from './nearest.ts'

/** The settings of one kind of URL, in lower case. */
export interface UrlSettings {
  /** Read by us. */
  known: readonly string[]
  /** Of other clients: they change nothing of where or how statements run. */
  ignored: readonly string[]
  /** Known, and refused: why and what to do instead. */
  refused?: Readonly<Record<string, { why: string; fix: string }>>
}

/** The names that are ignored. Errors: URL_INVALID for one that is refused or unknown; values are never shown. */
export function ignoredSettings(names: Iterable<string>, settings: UrlSettings): string[] {
  const ignored: string[] = []
  for (const written of names) {
    const name = written.toLowerCase()
    const known = (list: readonly string[]): boolean => list.some((each) => each.toLowerCase() === name)
    if (known(settings.ignored)) ignored.push(written)
    if (known(settings.ignored) || known(settings.known)) continue
    const refused = new Map(Object.entries(settings.refused ?? {})).get(name)
    if (refused !== undefined)
      throw new GodwitError('URL_INVALID', `The URL sets ${written}.`, {
        why: refused.why,
        fix: refused.fix,
      })
    throw new GodwitError('URL_INVALID', `The URL has a setting that is not known: ${shown(written)}.`, {
      why: 'A setting that nobody reads could have been meant to change where or how statements run.',
      fix: suggestion(name, settings.known),
    })
  }
  return ignored
}

// Whatever follows an unencoded "?" of a password ends up here.
const shown = (name: string): string => (/^[\w.-]{1,40}$/.test(name) ? name : 'what follows the "?"')

function suggestion(name: string, known: readonly string[]): string {
  const best = nearest(name, known)
  if (best !== undefined) return `Did you mean ${best}? Otherwise leave it out.`
  return known.length === 0 ? 'Leave it out.' : `Leave it out. Known are: ${known.join(', ')}.`
}

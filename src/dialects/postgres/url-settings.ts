// The settings of a connection URL, and what its `options` ask of the server: honoured or refused, never dropped.
import { GodwitError } from '../../errors.ts'
import type { UrlSettings } from '../../url-settings.ts'
import { SETTINGS } from './settings.ts'

const ELSEWHERE = {
  why: 'Tables without a schema in their name, and the history itself, are made in public: another home is not supported yet.',
  fix: 'Name the schema in the models and revisions (tenant1.users), and leave the setting out.',
}
const UNSUPPORTED = {
  why: 'libpq knows it, Godwit does not: leaving it out without a word could connect in another way than was meant.',
  fix: 'Leave it out, or say the same with host, password, sslmode and sslrootcert.',
}
const asOption = (name: string) => ({
  why: 'It is a setting of the server, and those are asked for in `options`.',
  fix: `Write options=-c%20${name}%3D… instead.`,
})
const all = <Value>(names: string, value: (name: string) => Value): Record<string, Value> =>
  Object.fromEntries(names.split(/\s+/).map((name) => [name, value(name)]))

export const URL_SETTINGS: UrlSettings = {
  known: `host port user password dbname sslmode ssl sslrootcert sslcert sslkey sslnegotiation application_name
    connect_timeout target_session_attrs options pool_mode`.split(/\s+/),
  ignored: `pgbouncer connection_limit pool_timeout socket_timeout channel_binding sslaccept sslidentity sslcompression
    statement_cache_size prepared_statement_cache_size prepareThreshold max min pool_size max_lifetime idle_timeout prepare
    fetch_types uselibpqcompat fallback_application_name keepalives keepalives_idle keepalives_interval keepalives_count
    tcp_user_timeout gssencmode krbsrvname gsslib gssdelegation load_balance_hosts`.split(/\s+/),
  refused: {
    ...all('schema search_path currentschema', () => ELSEWHERE),
    ...all(
      `hostaddr service servicefile passfile sslpassword sslcrl sslcrldir sslsni requirepeer require_auth replication
      client_encoding ssl_min_protocol_version ssl_max_protocol_version sslcertmode`,
      () => UNSUPPORTED,
    ),
    ...all('statement_timeout lock_timeout timezone role idle_in_transaction_session_timeout datestyle', asOption),
  },
}

/** `public` is where everything is made: whoever asks for just that gets it. */
export const isHome = (path: string): boolean => /^\s*(?:"?\$user"?\s*,\s*)?"?public"?\s*$/.test(path)

/** Timeouts may be other than ours. The rest is what texts, comparisons and transactions rely on. */
const FREE = new Set(['statement_timeout', 'idle_in_transaction_session_timeout', 'client_connection_check_interval'])

/** Errors: URL_INVALID for startup options that cannot be honoured. */
export function checkOptions(options: string): void {
  for (const [name, value] of readOptions(options)) {
    const setting = name.toLowerCase().replaceAll('-', '_')
    if (setting === 'search_path' && !isHome(value)) throw refused('search_path', ELSEWHERE)
    const own = SETTINGS.find(([each]) => each.toLowerCase() === setting && !FREE.has(each))
    if (own === undefined || own[1].replace('\\', '').toLowerCase() === value.toLowerCase()) continue
    const [pinned, ours] = own
    const shown = ours.replace('\\', '')
    throw refused(
      pinned,
      pinned === 'lock_timeout'
        ? {
            why: 'How long a statement waits for a lock is decided for each transaction.',
            fix: 'Set `lockTimeout` (milliseconds) in godwit.config.ts, and leave it out of the options.',
          }
        : {
            why: `Schemas are read and compared with ${pinned} = ${shown}.`,
            fix: `Leave it out of the options. A revision that needs another value says \`set local ${pinned} = …\` itself.`,
          },
    )
  }
}

const refused = (name: string, { why, fix }: { why: string; fix: string }): GodwitError =>
  new GodwitError('URL_INVALID', `The options of the connection set ${name}.`, {
    why: `${why}\nThe options are those of the URL, else PGOPTIONS of the environment.`,
    fix,
  })

/** `-c name=value`, `-cname=value` and `--name=value`, as the server reads them; a backslash keeps a blank inside. */
export function readOptions(options: string): [name: string, value: string][] {
  const words = [...options.matchAll(/(?:\\.|[^\s\\])+/gs)].map(([word]) => word.replace(/\\(.)/gs, '$1'))
  const found: [string, string][] = []
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? ''
    const pair = word === '-c' ? words[++at] : /^(?:-c|--)(.+)$/s.exec(word)?.[1]
    const equals = pair?.indexOf('=') ?? -1
    if (pair === undefined || equals < 0) continue
    found.push([pair.slice(0, equals), pair.slice(equals + 1)])
  }
  return found
}

// What a dialect reads beyond the usual, decided once instead of at every look.
import type { Dialect, InspectOptions } from './dialect.ts'

/** The same dialect, inspecting with these options wherever nothing else is asked for. */
export function reading(dialect: Dialect, options: InspectOptions): Dialect {
  const { scope: _before, ...rest } = dialect
  return {
    ...rest,
    ...(options.grants && { scope: 'grants' }),
    inspect: (connection, own) => dialect.inspect(connection, { ...options, ...own }),
  }
}

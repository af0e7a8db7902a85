// `npm run verify`: are all tables there, with their columns, constraints and indexes? What has to be there is read from the models,
// so that nobody keeps a list.
import { GodwitError, godwit, type Operation } from 'godwit'

/** One table of the models, as the database has it. */
export interface TableCheck {
  table: string
  /** Found, of those the models have. */
  columns: [found: number, wanted: number]
  constraints: [found: number, wanted: number]
  indexes: [found: number, wanted: number]
  /** What is missing or different, by name. */
  wrong: string[]
}

type Table = Extract<Operation, { kind: 'createTable' }>['table']

const tablesOf = (operations: readonly Operation[]): Table[] =>
  operations.flatMap((operation) => (operation.kind === 'createTable' ? [operation.table] : []))

/** Compares every table of the models with the database. Both are read by the same engine, so that spelling is no difference. */
export async function verifyTables(options: { url?: string; cwd?: string } = {}): Promise<TableCheck[]> {
  await using migrations = await godwit(options)
  const wanted = tablesOf((await migrations.diff({ from: 'empty', to: 'models' })).operations)
  const found = tablesOf((await migrations.diff({ from: 'empty', to: 'database' })).operations)
  return wanted.map((table) => {
    const there = found.find(({ name }) => name === table.name)
    const wrong: string[] = there === undefined ? ['the table is missing'] : []
    const part = (kind: string, parts: readonly { name?: string }[], has: readonly { name?: string }[]) => {
      const known = new Map(has.map((one) => [one.name, JSON.stringify(one)]))
      const good = parts.filter((one) => known.get(one.name) === JSON.stringify(one))
      for (const one of parts) {
        if (there !== undefined && !good.includes(one)) {
          wrong.push(`${kind} ${one.name} is ${known.has(one.name) ? 'different' : 'missing'}`)
        }
      }
      return [good.length, parts.length] as [number, number]
    }
    return {
      table: table.name,
      columns: part('column', table.columns, there?.columns ?? []),
      constraints: part('constraint', table.constraints, there?.constraints ?? []),
      indexes: part('index', table.indexes, there?.indexes ?? []),
      wrong,
    }
  })
}

if (import.meta.filename === process.argv[1]) {
  const checks = await verifyTables().catch((error: unknown) => {
    if (!(error instanceof GodwitError)) throw error
    // No connection, no models: what happened and what to do is said in it.
    console.error([`${error.code}: ${error.message}`, error.why, error.fix].filter(Boolean).join('\n'))
    process.exit(error.exitCode)
  })
  for (const { table, columns, constraints, indexes, wrong } of checks) {
    const of = ([found, wanted]: [number, number], what: string): string => `${found}/${wanted} ${what}`
    const line = [of(columns, 'columns'), of(constraints, 'constraints'), of(indexes, 'indexes')].join(', ')
    console.log(`${wrong.length === 0 ? '✓' : '✗'} ${table.padEnd(20)}${line}`)
    for (const text of wrong) console.log(`    ${text}`)
  }
  const bad = checks.filter(({ wrong }) => wrong.length > 0).length
  console.log(
    bad === 0 ? `All ${checks.length} tables are as the models say.` : `${bad} of ${checks.length} tables are not.`,
  )
  process.exitCode = bad === 0 ? 0 : 3
}

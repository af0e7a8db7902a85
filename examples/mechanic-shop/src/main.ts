// Fresh set-up in one command: tables, catalogue and sample data, then what the database holds. Started again, it does nothing.
import { godwit, startup } from 'godwit'

await startup({ policy: 'migrate' })

await using migrations = await godwit()
const { current, tables } = await migrations.status()
console.log(`\nThe shop is open, at ${current.map(({ revision, message }) => `${revision} ${message}`).join(', ')}:`)
for (const { name, rows } of tables) console.log(`  ${name.padEnd(26)} ${String(rows).padStart(3)} rows`)

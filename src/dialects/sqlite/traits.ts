// What the diff needs to know of this database.
import type { Traits } from '../../diff/traits.ts'

/**
 * Whatever ALTER cannot do is done by a rebuild that keeps the rows, so every change of a table is "in place".
 * Views, triggers and virtual tables are dropped and created: there is no CREATE OR REPLACE. Nothing is disturbed, because
 * views and triggers are looked up by name when they are used, and a rebuild puts a table's own triggers back.
 */
export const traits: Traits = {
  // A new column comes last unless the table is rebuilt; its place is not worth a copy of the table.
  columnOrder: false,
  foldsCase: true,
  alterObject: () => false,
  alterColumn: () => true,
  alterTable: () => true,
  alterConstraint: () => true,
  alterIndex: () => true,
  disturbs: () => [],
}

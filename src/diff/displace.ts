// Who has to step aside: what depends on something that goes, or that is disturbed while it changes, is dropped before
// and made again after; and so is what depends on that.
import { equalData } from '../schema/json.ts'
import { ref, unqualify } from '../schema/names.ts'
import type { Column } from '../schema/schema.ts'
import { identifiersOf } from '../schema/tokens.ts'
import { type Element, locate } from './facts.ts'
import {
  type Action,
  addAction,
  defaultRef,
  type Plan,
  planRecreation,
  refAfter,
  removeAction,
  withoutDefault,
} from './plan.ts'

/** A thing that is disturbed by an action that leaves it in place. */
export interface Disturbance {
  reference: string
  action: Action
}

/** Completes the plan until nothing depends on what is gone or disturbed. Returns who disturbs what, for the order. */
export function displace(plan: Plan): Disturbance[] {
  const disturbances: Disturbance[] = []
  // A set can grow while it is walked through: actions that are added are visited too.
  for (const action of plan.actions) {
    if (action.role === 'drop') {
      for (const slot of [...action.slots]) {
        if (!slot.startsWith('-')) continue
        for (const dependant of plan.from.neededBy(slot.slice(1))) {
          if (!stays(plan, dependant, slot.slice(1))) stepAside(plan, dependant, slot.slice(1), false)
        }
      }
    }
    if (action.operation === undefined) continue
    for (const reference of plan.traits.disturbs(action.operation, plan.before, plan.to.schema)) {
      disturbances.push({ reference, action })
      const disturbed = locate(plan.from, reference)
      const isPart = disturbed?.kind === 'constraint' || disturbed?.kind === 'index'
      if (isPart && !action.slots.has(`-${reference}`)) recreate(plan, reference)
      for (const dependant of plan.from.neededBy(reference)) {
        if (isCarried(plan, dependant, reference, disturbed)) {
          if (disturbed?.kind === 'column') releaseDefault(plan, dependant)
          continue
        }
        stepAside(plan, dependant, reference, true)
      }
    }
  }
  return disturbances.filter(({ action }) => plan.actions.has(action))
}

// The column of a child changes its type with its parent's: a default of its own is off before and set after.
function releaseDefault(plan: Plan, dependant: string): void {
  const { role, operation } = plan.at.get(`-${dependant}`) ?? {}
  if (role !== 'alter' || operation?.kind !== 'alterColumn') return
  if (operation.from.default !== operation.to.default) detachDefault(plan, dependant)
}

/**
 * Constraints and indexes over a column or table that changes are the engine's to carry along (or the dialect's to name):
 * rebuilding them all for every widened column would cost more than the change.
 */
function isCarried(plan: Plan, dependant: string, reference: string, disturbed: Element | undefined): boolean {
  const element = locate(plan.from, dependant)
  if (disturbed?.kind === 'column' || disturbed?.kind === 'table') {
    // The column of a child table follows its parent's.
    if (element?.kind === 'column') return element.column.generated === undefined
    return element?.kind === 'constraint' || element?.kind === 'index' || element?.kind === 'table'
  }
  if (disturbed?.kind !== 'object') return false
  // A type that is made anew: its tables and columns hold rows, and never go for it. The dialect moves them over.
  if (element?.kind === 'object') return TYPES.has(element.object.type)
  if (element?.kind !== 'column') return element?.kind === 'table'
  return element.column.generated === undefined && !dependsByDefault(plan, element.column, reference)
}

// What changes anyway, or gets another name, goes the ordinary way.
const stays = (plan: Plan, dependant: string, cause: string): boolean =>
  !plan.at.has(`-${dependant}`) &&
  refAfter(plan, dependant) === dependant &&
  plan.traits.staysWithout?.(dependant, cause, plan.to.schema) === true

const TYPES: ReadonlySet<string> = new Set(['enum', 'domain', 'composite', 'range'])

function stepAside(plan: Plan, dependant: string, cause: string, disturbed: boolean): void {
  const element = locate(plan.from, dependant)
  if (element === undefined) return
  if (element.kind === 'column' && !disturbed && leavesParent(plan, element.table.name, dependant, cause)) return
  const byDefault = element.kind === 'column' && dependsByDefault(plan, element.column, cause)
  const planned = plan.at.get(`-${byDefault ? defaultRef(dependant) : dependant}`)
  if (planned !== undefined) {
    if (planned.role !== 'alter') return
    // Changed in place: enough, if the new definition no longer needs what goes.
    const after = refAfter(plan, cause)
    const comesBack = disturbed || plan.at.has(`+${after}`)
    if (!comesBack || !plan.to.needs(refAfter(plan, dependant)).includes(after)) return
  }
  if (byDefault) detachDefault(plan, dependant)
  else recreate(plan, dependant)
}

/** A column that comes from a parent's stays, with its values, where its table leaves that parent before. */
function leavesParent(plan: Plan, table: string, dependant: string, cause: string): boolean {
  if (locate(plan.from, cause)?.kind !== 'column' || locate(plan.to, dependant) === undefined) return false
  if (cause.startsWith(ref('column', table, ''))) return false
  const { operation } = plan.at.get(`-${ref('table', table)}`) ?? {}
  return operation?.kind === 'alterTable' && plan.traits.precedence?.(operation) === 'first'
}

function recreate(plan: Plan, reference: string): void {
  if (plan.at.get(`-${reference}`)?.role !== 'drop') planRecreation(plan, reference)
}

/** Whether it is the column's default that depends on the thing, and not its type or its generating expression. */
export function dependsByDefault(plan: Pick<Plan, 'from' | 'to'>, column: Column, cause: string): boolean {
  if (column.default === undefined || column.generated !== undefined) return false
  const object = plan.from.objects.get(cause) ?? plan.to.objects.get(cause)
  if (object === undefined || object.type === 'sequence' || object.name.includes('(')) return object !== undefined
  return !identifiersOf(column.type).has(unqualify(object.name).name)
}

/**
 * Takes a default off before and sets it after, with the rest of the column's change in between:
 * the three ends can then each go where their own dependencies want them.
 */
export function detachDefault(plan: Plan, reference: string): void {
  const before = locate(plan.from, reference)
  const after = locate(plan.to, refAfter(plan, reference))
  if (before?.kind !== 'column' || after?.kind !== 'column') return
  const facet = defaultRef(reference)
  for (const slot of [`-${facet}`, `-${reference}`]) {
    const planned = plan.at.get(slot)
    if (planned?.role === 'drop') return
    if (planned !== undefined) removeAction(plan, planned)
  }
  const table = before.table.name
  const from = before.column
  const bareFrom = withoutDefault(from)
  const bareTo = withoutDefault(after.column)
  const alter = (role: Action['role'], old: Column, next: Column, slots: string[]): void => {
    if (equalData(old, next)) return
    addAction(plan, role, { kind: 'alterColumn', table, from: old, to: next }, slots)
  }
  alter('release', from, bareFrom, [`-${facet}`])
  alter('alter', bareFrom, bareTo, [`-${reference}`, `+${reference}`])
  alter('acquire', bareTo, after.column, [`+${facet}`])
}

// Orders views so that each comes after those it reads.

/** A view with the text that may name others. */
export interface OrderedView {
  name: string
  definition: string
}

/**
 * Views in an order that can be executed. The text decides, because raw `sql` queries say nothing else: a view that
 * names another comes after it, and one mention too many (in a string, as an alias) only costs order.
 */
export function orderViews<View extends OrderedView>(views: readonly View[]): View[] {
  const ordered = new Set<View>()
  const under = new Set<View>()
  const visit = (view: View): void => {
    if (ordered.has(view) || under.has(view)) return
    under.add(view)
    for (const other of views) if (other !== view && mentions(view.definition, other.name)) visit(other)
    under.delete(view)
    ordered.add(view)
  }
  for (const view of views) visit(view)
  return [...ordered]
}

function mentions(text: string, name: string): boolean {
  const escaped = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  return new RegExp(`(?<![\\w$])${escaped}(?![\\w$])`, 'iu').test(text)
}

/** What a change of tags does to each of many machines. Pure. */
import { vmLimits } from '@berth/core/vm/vm-limits'
import type { VmView } from '@berth/core/vm/vm-view'

export interface TagWish {
  readonly add: readonly string[]
  readonly remove: readonly string[]
}

export type Tagged = Pick<VmView, 'tags' | 'state'>

export type TagAnswer =
  | { readonly isAllowed: true; readonly tags: readonly string[] }
  | { readonly isAllowed: false; readonly reason: string }

/** The machine's tags after it, or why they stay as they are. What is both added and removed is there at the end. */
export function tagAnswer({ tags, state }: Tagged, { add, remove }: TagWish): TagAnswer {
  if (state === 'deleting') return no('It is being deleted')
  const kept = tags.filter((tag) => !remove.includes(tag) || add.includes(tag))
  const next = [...kept, ...add.filter((tag) => !kept.includes(tag))]
  if (next.length > vmLimits.tags.max) return no(`It would have ${next.length} tags; ${vmLimits.tags.max} at most`)
  if (next.length === tags.length && next.every((tag) => tags.includes(tag))) return no('Nothing changes')
  return { isAllowed: true, tags: next }
}

const no = (reason: string): TagAnswer => ({ isAllowed: false, reason })

/** Each tag that one of them has, by name, with how many have it. */
export function tagsInUse(vms: readonly Pick<VmView, 'tags'>[]): readonly { tag: string; count: number }[] {
  const counts = new Map<string, number>()
  for (const tag of vms.flatMap((vm) => vm.tags)) counts.set(tag, (counts.get(tag) ?? 0) + 1)
  return [...counts].map(([tag, count]) => ({ tag, count })).toSorted((a, b) => a.tag.localeCompare(b.tag))
}

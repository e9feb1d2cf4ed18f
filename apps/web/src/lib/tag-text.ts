/** Tags as people type them, separated by commas. Pure. */
import { vmLimits } from '@berth/core/vm/vm-limits'
import { tagSchema } from '@berth/core/vm/vm-spec'

/** "a, b,, c" to its tags, once each. */
export const parseTags = (text: string): string[] => [
  ...new Set(
    text
      .split(',')
      .map((tag) => tag.trim())
      .filter((tag) => tag !== ''),
  ),
]

/** What is wrong with one of them, or with how many there are; null where nothing is. */
export function tagProblem(tags: readonly string[]): string | null {
  const { max, length } = vmLimits.tags
  const bad = tags.find((tag) => !tagSchema.safeParse(tag).success)
  if (bad !== undefined) {
    return `"${bad}" cannot be a tag: up to ${length} letters, digits, spaces and . _ : / -, and a letter or digit first.`
  }
  return tags.length > max ? `At most ${max} tags.` : null
}

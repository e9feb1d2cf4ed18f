/**
 * How well a search fits the names of an item, 0 (not) to 1 (exactly one of them). Ranks: exact, start of a name, start of
 * a word, inside a word; every word of the search must be found somewhere.
 */
export function matchScore(search: string, names: readonly string[]): number {
  const wanted = search.trim().toLowerCase()
  if (wanted === '') return 1
  const candidates = names.map((name) => name.toLowerCase())
  if (candidates.includes(wanted)) return 1
  if (candidates.some((name) => name.startsWith(wanted))) return 0.9
  let worst = 0.8
  for (const word of wanted.split(/\s+/)) {
    const scores = candidates.map((name) => wordScore(word, name))
    worst = Math.min(worst, Math.max(0, ...scores))
  }
  return worst
}

function wordScore(word: string, name: string): number {
  const at = name.indexOf(word)
  if (at < 0) return 0
  const startsWord = name.split(/[^\p{L}\p{N}]+/u).some((part) => part.startsWith(word))
  return startsWord ? 0.8 : 0.4
}

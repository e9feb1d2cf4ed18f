const shownNames = 5

/** For a refusal that names whom it is about: the first five, and how many more there are. "a, b and 3 more". */
export function someNames(names: readonly string[]): string {
  const rest = names.length - shownNames
  return `${names.slice(0, shownNames).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`
}

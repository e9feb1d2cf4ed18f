/** The same bounds as the panel's; it has the last word. */
export const minPasswordLength = 10
export const maxPasswordLength = 256

export interface PasswordDraft {
  current: string
  next: string
  again: string
}

/** What is wrong, by field. */
export type PasswordProblems = Partial<Record<keyof PasswordDraft, string>>

export function passwordProblems({ current, next, again }: PasswordDraft): PasswordProblems {
  const problems: PasswordProblems = {}
  if (current === '') problems.current = 'Type your current password.'
  if (next.length < minPasswordLength) problems.next = `Use at least ${minPasswordLength} characters.`
  else if (next.length > maxPasswordLength) problems.next = `Use at most ${maxPasswordLength} characters.`
  else if (next === current) problems.next = 'That is the current one.'
  if (again !== next) problems.again = 'The two do not agree.'
  return problems
}

export const expiryChoices = [
  { value: '7', label: '7 days' },
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
  { value: '365', label: 'a year' },
  { value: 'never', label: 'never' },
] as const

/** Days of a choice, or null for one that does not end. */
export const expiryDays = (value: string): number | null => (value === 'never' ? null : Number(value))

/** A first call to try a token with, from any shell. */
export function curlExample(origin: string, token: string): string {
  return `curl -s -H 'Authorization: Bearer ${token}' \\\n  ${origin}/api/trpc/vm.list`
}

/**
 * A key for one intention of the user: made once per submit and sent again with every repeat of it, so that a lost answer
 * never makes a second machine. crypto.randomUUID exists on https and localhost only; a panel is also reached by plain IP.
 */
export function newIdempotencyKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

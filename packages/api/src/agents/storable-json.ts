/**
 * What comes from a host may hold words of its guests, such as the name that one gave itself, and PostgreSQL refuses NUL
 * and half characters in JSON. Were they passed on, one guest could keep all that its host tells out of the database.
 */
export function storableJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'string' ? part.replaceAll('\0', '\ufffd').toWellFormed() : part,
  )
}

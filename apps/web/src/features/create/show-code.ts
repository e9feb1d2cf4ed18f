/** The call that a form makes, as a shell line. Pure. */
export function curlOf(origin: string, procedure: string, input: object): string {
  const body = JSON.stringify(withoutSecrets(input), null, 2)
  return [
    `curl -X POST ${origin}/api/trpc/${procedure} \\`,
    `  -H "Authorization: Bearer $BERTH_TOKEN" \\`,
    `  -H 'content-type: application/json' \\`,
    `  --data ${shellQuote(body)}`,
  ].join('\n')
}

const shellQuote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

/** What is copied from here ends up in chats and tickets. */
function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, key === 'password' ? '<password>' : withoutSecrets(inner)]),
  )
}

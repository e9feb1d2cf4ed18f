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

/** The same for several names: a loop of the shell, which puts each name where the first one stands. */
export function curlForEach(
  origin: string,
  procedure: string,
  { input, names }: { input: { name: string }; names: readonly string[] },
): string {
  if (names.length <= 1) return curlOf(origin, procedure, input)
  const call = curlOf(origin, procedure, { ...input, name: namePlace }).replace(namePlace, `'"$name"'`)
  const lines = call.split('\n').map((line) => `  ${line}`)
  return [`for name in ${names.join(' ')}; do`, ...lines, 'done'].join('\n')
}

const namePlace = '<name>'
const shellQuote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

/** What is copied from here ends up in chats and tickets. */
function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, key === 'password' ? '<password>' : withoutSecrets(inner)]),
  )
}

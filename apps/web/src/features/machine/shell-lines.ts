/** An argument vector as a shell would take it, one option with its value per line. For reading and copying only. */
export function shellLines(argv: readonly string[]): string {
  const lines: string[] = []
  for (const argument of argv) {
    const isValue = lines.length > 1 && !argument.startsWith('-') && !hasValue(lines.at(-1) ?? '')
    if (isValue) lines.push(`${lines.pop() ?? ''} ${quote(argument)}`)
    else lines.push(quote(argument))
  }
  return lines.join(' \\\n  ')
}

const hasValue = (line: string): boolean => line.includes(' ')

const quote = (argument: string): string =>
  /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", `'\\''`)}'`

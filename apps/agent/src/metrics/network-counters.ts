/** Bytes in and out per interface from /proc/net/dev, as the host counts them. Pure parser. */
export interface InterfaceCounters {
  rxBytes: number
  txBytes: number
}

export function parseNetDev(text: string): Map<string, InterfaceCounters> {
  const found = new Map<string, InterfaceCounters>()
  for (const line of text.split('\n')) {
    const colon = line.indexOf(':')
    if (colon < 0) continue
    const fields = line
      .slice(colon + 1)
      .trim()
      .split(/\s+/)
      .map(Number)
    const [rxBytes, txBytes] = [fields[0], fields[8]]
    if (rxBytes === undefined || txBytes === undefined) continue
    found.set(line.slice(0, colon).trim(), { rxBytes, txBytes })
  }
  return found
}

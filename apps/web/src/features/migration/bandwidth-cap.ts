/** The bandwidth cap as it is typed: MiB per second, nothing for none. Pure. */
const MiB = 1024 ** 2
/** Above this a cap caps nothing, and 2^53 is near: 1 TiB/s. */
const mostMiB = 1024 ** 2

export type BandwidthCap =
  | { readonly kind: 'none' }
  | { readonly kind: 'cap'; readonly bytesPerSecond: number }
  | { readonly kind: 'wrong'; readonly problem: string }

export function parseBandwidthCap(typed: string): BandwidthCap {
  const text = typed.trim().replace(',', '.')
  if (text === '') return { kind: 'none' }
  const amount = Number(text)
  if (!Number.isFinite(amount)) return { kind: 'wrong', problem: 'Type a number of MiB per second, or nothing.' }
  if (amount < 1) return { kind: 'wrong', problem: 'At least 1 MiB per second; slower, no move ends.' }
  if (amount > mostMiB) return { kind: 'wrong', problem: 'That is more than any link carries; type nothing instead.' }
  return { kind: 'cap', bytesPerSecond: Math.round(amount * MiB) }
}

/** The same as links are sold: "839 Mbit/s". */
export function capAsBits(bytesPerSecond: number): string {
  const megabits = (bytesPerSecond * 8) / 1e6
  return megabits < 1000 ? `${Math.round(megabits)} Mbit/s` : `${Number((megabits / 1000).toFixed(1))} Gbit/s`
}

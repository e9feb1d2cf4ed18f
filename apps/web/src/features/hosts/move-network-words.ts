/** By which network machines come to a host, as its page says it. Pure. */
import type { HostView } from '@berth/core/host/host'
import { cidrHolds } from '@berth/core/network/cidr'

export interface MoveNetworkText {
  readonly title: string
  readonly text: string
  /** No machine can come to it like that. */
  readonly isWarning: boolean
}

export function moveNetworkText({
  moveNetwork,
  address,
  facts,
}: Pick<HostView, 'moveNetwork' | 'address' | 'facts'>): MoveNetworkText {
  if (moveNetwork === null)
    return { title: address, text: 'Machines come to it by the address of its agent.', isWarning: false }
  const nics = facts?.nics ?? []
  for (const { name, addresses } of nics) {
    const own = addresses.map((each) => each.split('/')[0] ?? each).find((each) => cidrHolds(moveNetwork, each))
    if (own === undefined) continue
    return { title: moveNetwork, text: `Machines come to it by ${own} on ${name}.`, isWarning: false }
  }
  const text = 'It has no address in this subnet: no machine can be moved to it.'
  return { title: moveNetwork, text, isWarning: true }
}

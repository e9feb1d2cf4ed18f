/** Which of this host's addresses other hosts reach it by, where memory and disks of machines have a network of their own. */
import { networkInterfaces } from 'node:os'
import { AppError } from '@berth/core/errors/app-error'
import { cidrHolds } from '@berth/core/network/cidr'

/**
 * The first that lies in the subnet. Link-local ones are none: what they mean depends on who asks. Throws MOVE_REFUSED_BY_TARGET with
 * the addresses that there are.
 */
export function ownAddressIn(cidr: string, links: ReturnType<typeof networkInterfaces> = networkInterfaces()): string {
  const all = Object.values(links).flatMap((addresses = []) =>
    addresses.filter(({ scopeid = 0 }) => scopeid === 0).map(({ address }) => address),
  )
  const found = all.find((address) => cidrHolds(cidr, address))
  if (found !== undefined) return found
  const known = all.filter((address) => !loopback.test(address))
  const has = known.length === 0 ? 'It has no address at all.' : `It has ${known.join(', ')}.`
  throw new AppError('MOVE_REFUSED_BY_TARGET', `This host has no address in its move network ${cidr}. ${has}`)
}

const loopback = /^(127\.|::1$)/

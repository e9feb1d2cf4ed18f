/**
 * Keeps image downloads from reaching the host itself and its neighbourhood of metadata services (SSRF).
 *
 * The check sits in the connection's own name lookup, so that it judges the address that is really connected to: a name
 * that resolves differently the second time (DNS rebinding) gains nothing, and each redirect is judged again.
 * Private ranges are allowed: importing is for administrators, whose mirrors are often there.
 */
import { lookup as dnsLookup, type LookupAddress } from 'node:dns'
import { BlockList, isIP, isIPv6, type LookupFunction } from 'node:net'
import { AppError } from '@berth/core/errors/app-error'

const forbidden = new BlockList()
forbidden.addSubnet('0.0.0.0', 8)
forbidden.addSubnet('127.0.0.0', 8)
forbidden.addSubnet('169.254.0.0', 16)
forbidden.addSubnet('224.0.0.0', 3)
forbidden.addAddress('::', 'ipv6')
forbidden.addAddress('::1', 'ipv6')
forbidden.addSubnet('fe80::', 10, 'ipv6')
forbidden.addSubnet('ff00::', 8, 'ipv6')

const mappedPrefix = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i

export function isForbiddenAddress(address: string): boolean {
  const mapped = mappedPrefix.exec(address)?.[1]
  if (mapped !== undefined) return forbidden.check(mapped)
  return forbidden.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')
}

/** Throws URL_FORBIDDEN for a URL that names a forbidden address itself, has credentials, or is not http(s). */
export function checkUrl(url: URL): void {
  if (url.protocol !== 'http:' && url.protocol !== 'https:') refuse(`"${url.protocol}" addresses are not fetched.`)
  if (url.username !== '' || url.password !== '') refuse('Addresses with a user name or password are not fetched.')
  const host = url.hostname.replace(/^\[|\]$/g, '')
  if (isIP(host) !== 0 && isForbiddenAddress(host)) refuse(`${host} is the host itself or next to it.`)
}

function refuse(message: string): never {
  throw new AppError('URL_FORBIDDEN', message)
}

/** A lookup for `net.connect` that fails with URL_FORBIDDEN when a name resolves to a forbidden address. */
export const guardedLookup: LookupFunction = (hostname, options, callback) => {
  dnsLookup(hostname, { ...options, all: true }, (error, found) => {
    if (error !== null) return callback(error, [])
    const bad = found.find((entry) => isForbiddenAddress(entry.address))
    if (bad !== undefined)
      return callback(
        new AppError('URL_FORBIDDEN', `${hostname} is ${bad.address}: the host itself or next to it.`),
        [],
      )
    return answer(found, options.all === true, callback)
  })
}

function answer(found: LookupAddress[], wantsAll: boolean, callback: Parameters<LookupFunction>[2]): void {
  const first = found[0]
  if (wantsAll || first === undefined) return callback(null, found)
  callback(null, first.address, first.family)
}

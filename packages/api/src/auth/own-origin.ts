/**
 * Whether a request comes from a page of this panel. Browsers send Origin with every POST and every WebSocket upgrade, and
 * no page can forge it. The panel answers under any host name, so "own" means: what the Host header names, or the public
 * address where one is set (a proxy may rewrite Host).
 */
import type { IncomingHttpHeaders } from 'node:http'

export function isOwnOrigin(headers: IncomingHttpHeaders, publicUrl: string | undefined): boolean {
  const { origin, host } = headers
  if (origin === undefined || origin === 'null') return false
  if (publicUrl !== undefined && origin === new URL(publicUrl).origin) return true
  return host !== undefined && origin.toLowerCase() === originOf(schemeOf(headers), host)
}

/** How whoever sent this reaches the panel; undefined where he does not say. */
export function panelUrlOf(headers: IncomingHttpHeaders, publicUrl: string | undefined): string | undefined {
  if (publicUrl !== undefined) return publicUrl
  return headers.host === undefined ? undefined : originOf(schemeOf(headers), headers.host)
}

// A page cannot set this header on a request to another site without asking first, and we never allow that.
const schemeOf = (headers: IncomingHttpHeaders): 'http' | 'https' =>
  headers['x-forwarded-proto'] === 'https' ? 'https' : 'http'

/** A browser leaves out the scheme's own port; some clients write it into Host. */
function originOf(scheme: string, host: string): string | undefined {
  const url = `${scheme}://${host}`
  return URL.canParse(url) ? new URL(url).origin : undefined
}

/** No page sent this: there is nothing it could ride on, and no browser that would have named its origin. */
export function isWithoutBrowser(headers: IncomingHttpHeaders): boolean {
  const fromBrowser = headers.origin ?? headers.cookie ?? headers['sec-fetch-site'] ?? headers['sec-fetch-mode']
  return fromBrowser === undefined
}

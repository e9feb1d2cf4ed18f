/**
 * What every answer says to browsers. Pages get a policy with a nonce of their own: Next reads it from the *request's*
 * header of the same name and puts it on its scripts, so a header that a client sent is always overwritten.
 */
import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'

export function setSecurityHeaders(response: ServerResponse, isHttps: boolean): void {
  response.setHeader('x-content-type-options', 'nosniff')
  response.setHeader('x-frame-options', 'DENY')
  response.setHeader('referrer-policy', 'same-origin')
  response.setHeader('cross-origin-opener-policy', 'same-origin')
  response.setHeader('cross-origin-resource-policy', 'same-origin')
  response.setHeader('permissions-policy', 'camera=(), geolocation=(), microphone=(), payment=(), usb=()')
  if (isHttps) response.setHeader('strict-transport-security', 'max-age=31536000')
}

export function setPagePolicy(request: IncomingMessage, response: ServerResponse, isDev: boolean): void {
  const policy = pagePolicy(randomBytes(16).toString('base64'), isDev)
  request.headers['content-security-policy'] = policy
  response.setHeader('content-security-policy', policy)
}

/** Styles may be inline: xterm, noVNC and the charts set them; scripts never, but with the nonce. */
function pagePolicy(nonce: string, isDev: boolean): string {
  // React rebuilds stack traces with eval while developing.
  const evaluation = isDev ? " 'unsafe-eval'" : ''
  return [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${evaluation}`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    "connect-src 'self'",
    "worker-src 'self' blob:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ')
}

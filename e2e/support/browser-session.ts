import type { BerthPlace } from './berth-place.ts'

/** Signs in as a page of the panel would and returns the Cookie header. */
export async function sessionCookie({ url, email, password }: BerthPlace): Promise<string> {
  const response = await fetch(`${url}/api/auth/sign-in/email`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: url },
    body: JSON.stringify({ email, password }),
  })
  if (!response.ok) throw new Error(`sign-in: ${response.status}: ${await response.text()}`)
  return response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ')
}

export async function signOut({ url }: BerthPlace, cookie: string): Promise<void> {
  const response = await fetch(`${url}/api/auth/sign-out`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: url, cookie },
    body: '{}',
  })
  if (!response.ok) throw new Error(`sign-out: ${response.status}: ${await response.text()}`)
}

/** Who may bring things of a machine that moves here: the host that the panel named, with the token that it was given. */
import { createHash, timingSafeEqual } from 'node:crypto'
import { AppError } from '@berth/core/errors/app-error'
import type { HostId } from '@berth/core/ids/ids'

/** Throws PERMISSION_DENIED. */
export function checkSource(
  { sourceHostId, tokenHash }: { readonly sourceHostId: HostId; readonly tokenHash: string },
  asked: { readonly peer: HostId; readonly token: string },
): void {
  const shown = createHash('sha256').update(asked.token).digest()
  const known = Buffer.from(tokenHash, 'hex')
  if (asked.peer === sourceHostId && shown.length === known.length && timingSafeEqual(shown, known)) return
  throw new AppError('PERMISSION_DENIED', 'This host has not been told that you may move that machine here.')
}

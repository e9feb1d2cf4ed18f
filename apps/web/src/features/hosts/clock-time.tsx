'use client'
import { useNow } from '@berth/ui/ticking-clock'

const time = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' })
const day = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' })
const dayMs = 86_400_000

/** "12:03", or with its day where that was not within the last one. */
export function ClockTime({ at }: { at: string }) {
  const now = useNow()
  const date = new Date(at)
  // The server does not know the reader's zone.
  const shown =
    now === null ? `${at.slice(11, 16)} UTC` : now - date.getTime() < dayMs ? time.format(date) : day.format(date)
  return <time dateTime={at}>{shown}</time>
}

import { InlineAlert } from '@berth/ui/inline-alert'
import type { HostView } from '@berth/core/host/host'
import { ClockTime } from './clock-time.tsx'
import { agentFitText, clockText } from './host-words.ts'

/** What is the matter with this host, and what to do about it; nothing for one that is well. */
export function HostNotices({ host }: { host: HostView }) {
  const clock = clockText(host.clockSkewMs)
  const misfit = agentFitText(host.agentFit)
  return (
    <>
      {host.revokedAt !== null && (
        <InlineAlert tone="bad" title={`${host.name} was revoked`}>
          Since <ClockTime at={host.revokedAt} /> its certificate is refused. What its machines do is not known. To take
          it back, make a join command for the name {host.name} on the hosts page and paste it there.
        </InlineAlert>
      )}
      {host.revokedAt === null && host.state === 'offline' && host.agentFit.kind !== 'incompatible' && (
        <InlineAlert tone="warn" title="This host does not answer">
          Unknown since <ClockTime at={host.seenAt ?? host.stateSince} />. Its machines may still run; nothing is
          started elsewhere by itself. Check the computer and its agent.
        </InlineAlert>
      )}
      {misfit !== null && (
        <InlineAlert tone={host.agentFit.kind === 'incompatible' ? 'bad' : 'info'} title={misfit.title}>
          {misfit.text}
        </InlineAlert>
      )}
      {clock.isOff && (
        <InlineAlert tone="warn" title={`Its clock is ${clock.text}`}>
          Certificates, logs and graphs go by it. Let both hosts follow a time server (systemd-timesyncd or chrony).
        </InlineAlert>
      )}
    </>
  )
}

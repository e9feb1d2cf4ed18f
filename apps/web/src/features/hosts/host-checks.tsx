import { Badge } from '@berth/ui/badge'
import { Card } from '@berth/ui/card'
import { StateDot } from '@berth/ui/state-dot'
import type { HostCheck } from '@berth/core/host/host'
import { checkLooks, checksByNeed, checksSummary } from './host-words.ts'

/** The host's self-test as its agent last told it. */
export function HostChecks({ checks, isStale }: { checks: readonly HostCheck[]; isStale: boolean }) {
  const tone = checks.some(({ status }) => status === 'failed')
    ? 'bad'
    : checks.some(({ status }) => status === 'warning')
      ? 'warn'
      : 'ok'
  return (
    <Card title="Self-test" actions={<Badge tone={isStale ? 'neutral' : tone}>{checksSummary(checks)}</Badge>}>
      <ul className="flex flex-col gap-2.5">
        {checksByNeed(checks).map((check) => (
          <li key={check.name} className="flex items-start gap-2.5 text-sm">
            <StateDot
              kind={isStale ? 'unknown' : checkLooks[check.status].kind}
              label={isStale ? `Was: ${checkLooks[check.status].word}` : checkLooks[check.status].word}
              hideLabel
              className="mt-1"
            />
            <span className="min-w-0">
              <span className="block font-medium first-letter:uppercase">{check.name}</span>
              <span className="text-ink-2 block text-xs">{check.message}</span>
            </span>
          </li>
        ))}
      </ul>
    </Card>
  )
}

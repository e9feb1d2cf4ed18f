import type { VmExit } from '@berth/core/vm/vm-state'
import { Card } from '@berth/ui/card'
import { CodeBlock } from '@berth/ui/code-block'
import { RelativeTime } from '@berth/ui/relative-time'
import { CircleAlert, CirclePower } from 'lucide-react'

const reasons: Readonly<Record<VmExit['reason'], { title: string; isBad: boolean }>> = {
  'guest-shutdown': { title: 'The guest shut down', isBad: false },
  stopped: { title: 'Its power was cut', isBad: false },
  'guest-panic': { title: 'The guest’s kernel panicked', isBad: true },
  'qemu-exited': { title: 'QEMU ended unexpectedly', isBad: true },
  'start-failed': { title: 'It did not start', isBad: true },
  'host-restarted': { title: 'Its host restarted', isBad: true },
}

export const isBadExit = (exit: VmExit): boolean => reasons[exit.reason].isBad

/** How the last run ended, with QEMU's own last words where it went wrong. */
export function LastExitCard({ exit }: { exit: VmExit }) {
  const { title, isBad } = reasons[exit.reason]
  const end = [
    exit.exitCode === null ? null : `exit code ${exit.exitCode}`,
    exit.signal === null ? null : `signal ${exit.signal}`,
  ].filter((part) => part !== null)
  const Icon = isBad ? CircleAlert : CirclePower
  return (
    <Card
      title={
        <span className="flex items-center gap-2">
          <Icon aria-hidden className={isBad ? 'text-bad size-4' : 'text-ink-3 size-4'} />
          {title}
        </span>
      }
      actions={<RelativeTime at={exit.at} className="text-ink-3 text-xs" />}
    >
      <div className="flex flex-col gap-3 text-sm">
        <p className="text-ink-2 [overflow-wrap:anywhere]">
          {exit.message}
          {end.length > 0 && <span className="text-ink-3"> ({end.join(', ')})</span>}
        </p>
        {isBad && exit.lastLines.length > 0 && (
          <CodeBlock title="QEMU’s last lines" code={exit.lastLines.join('\n')} wrap />
        )}
      </div>
    </Card>
  )
}

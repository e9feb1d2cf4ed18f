import { Button } from '@berth/ui/button'
import { EmptyState } from '@berth/ui/empty-state'
import { InlineAlert } from '@berth/ui/inline-alert'
import { Server } from 'lucide-react'
import Link from 'next/link'
import { paths } from '../../lib/paths.ts'
import { UnableHosts } from './host-cards.tsx'
import type { SortedTargets } from './target-order.ts'

/** No host can take it: one is missing, or each says what stands against it. */
export function NoTargets({ vmName, targets }: { vmName: string; targets: SortedTargets }) {
  const { unable, current } = targets
  if (unable.length === 0) {
    return (
      <EmptyState
        icon={<Server aria-hidden />}
        title={current ? `${current.name} is the only host` : 'There is no other host'}
        action={
          <Button asChild variant="primary">
            <Link href={paths.hosts()}>Add a host</Link>
          </Button>
        }
        className="py-10"
      >
        A machine moves from one host to another. A second one joins with one command, pasted on it.
      </EmptyState>
    )
  }
  return (
    <div className="flex flex-col gap-3">
      <InlineAlert tone="warn" title={`No host can take ${vmName} now`}>
        Change what stands against one of them, and it is offered here.
      </InlineAlert>
      <UnableHosts hosts={unable} />
    </div>
  )
}

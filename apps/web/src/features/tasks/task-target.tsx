import type { OperationView } from '@berth/core/operation/operation'
import Link from 'next/link'
import { paths } from '../../lib/paths.ts'

/** What a task is about, as a link; plain words once the thing is gone with the task's own end. */
export function TaskTarget({ task }: { task: Pick<OperationView, 'target' | 'kind' | 'status'> }) {
  const href = targetHref(task)
  if (href === null) return <span>{task.target.name}</span>
  return (
    <Link href={href} className="text-accent-ink hover:underline">
      {task.target.name}
    </Link>
  )
}

export function targetHref({ target, kind, status }: Pick<OperationView, 'target' | 'kind' | 'status'>): string | null {
  const isGone = status === 'succeeded' && (kind === 'vm.delete' || kind === 'image.delete')
  const wasNotMade = (status === 'failed' || status === 'cancelled') && kind === 'vm.create'
  if (isGone || wasNotMade) return null
  if (target.vmId !== null) return paths.machine(target.vmId)
  if (target.imageId !== null) return paths.image(target.imageId)
  return target.hostId === null ? null : paths.host(target.hostId)
}

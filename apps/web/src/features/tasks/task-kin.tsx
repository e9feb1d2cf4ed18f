import { Button } from '@berth/ui/button'
import type { OperationView } from '@berth/core/operation/operation'
import Link from 'next/link'
import { paths } from '../../lib/paths.ts'

/** The task that this one tries again, and the one that tries this one again. */
export function TaskKin({
  task: { retryOfId, retriedById },
}: {
  task: Pick<OperationView, 'retryOfId' | 'retriedById'>
}) {
  return (
    <>
      {retryOfId !== null && <KinLink operationId={retryOfId} words="First try" />}
      {retriedById !== null && <KinLink operationId={retriedById} words="Newer try" />}
    </>
  )
}

function KinLink({ operationId, words }: { operationId: string; words: string }) {
  return (
    <Button asChild variant="link" size="sm">
      <Link href={paths.task(operationId)}>{words}</Link>
    </Button>
  )
}

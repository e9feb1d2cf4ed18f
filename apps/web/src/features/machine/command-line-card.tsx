'use client'
import type { VmView } from '@berth/core/vm/vm-view'
import { Card } from '@berth/ui/card'
import { CodeBlock } from '@berth/ui/code-block'
import { InlineAlert } from '@berth/ui/inline-alert'
import { Skeleton } from '@berth/ui/skeleton'
import { useQuery } from '@tanstack/react-query'
import { errorLine } from '../../lib/error-text.ts'
import { useTRPCClient } from '../../lib/trpc/trpc-context.ts'
import { shellLines } from './shell-lines.ts'

export function CommandLineCard({ vm }: { vm: VmView }) {
  const client = useTRPCClient()
  const { data, error } = useQuery({
    // A new run or a changed spec has another command line.
    queryKey: ['machine-command-line', vm.vmId, vm.run?.runId ?? null, vm.revision],
    queryFn: () => client.vm.commandLine.query({ vmId: vm.vmId }),
    refetchOnMount: 'always',
  })
  return (
    <Card title="QEMU command line" description={vm.run ? `Of process ${vm.run.pid}` : 'As it would be started now'}>
      {error ? (
        <InlineAlert tone="warn">{errorLine(error)}</InlineAlert>
      ) : data ? (
        <CodeBlock title="argv" code={shellLines(data.argv)} wrap />
      ) : (
        <Skeleton className="h-40" />
      )}
    </Card>
  )
}

'use client'
import { Button } from '@berth/ui/button'
import { Dialog } from '@berth/ui/dialog'
import { InlineAlert } from '@berth/ui/inline-alert'
import { Select } from '@berth/ui/select'
import { TextField } from '@berth/ui/text-field'
import { poolPathSchema } from '@berth/core/storage/volume'
import type { PoolView } from '@berth/core/storage/pool'
import { sourceText } from '@berth/core/storage/pool-source'
import { useMutation, useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { errorLine } from '../../lib/error-text.ts'
import { useTRPC } from '../../lib/trpc/trpc-context.ts'
import { DirectoryTestList } from './directory-test-list.tsx'
import { PoolTask } from './pool-task.tsx'
import { useDirectoryTest } from './use-directory-test.ts'

export interface AttachPoolDialogProps {
  pool: PoolView
  open: boolean
  onOpenChange: (open: boolean) => void
}

/** Brings one more host to a shared pool, wherever it is mounted there. */
export function AttachPoolDialog({ pool, open, onOpenChange }: AttachPoolDialogProps) {
  const trpc = useTRPC()
  const [hostId, setHostId] = useState('')
  const [path, setPath] = useState(pool.hosts[0]?.path ?? '')
  const [operationId, setOperationId] = useState<string | null>(null)
  const hosts = useQuery(trpc.host.list.queryOptions({ limit: 200 }, { enabled: open }))
  const attach = useMutation(trpc.pool.attach.mutationOptions({ meta: { showsError: true } }))
  const { source } = pool
  const test = useDirectoryTest({
    place: source === null ? { path } : { source },
    hostIds: [hostId],
    poolId: pool.poolId,
  })
  const others = (hosts.data?.items ?? []).filter((host) => !pool.hosts.some((known) => known.hostId === host.hostId))
  const { poolId } = pool
  const isReady = poolId !== null && hostId !== '' && (source !== null || poolPathSchema.safeParse(path).success)
  const change = (next: boolean) => {
    onOpenChange(next)
    if (next || operationId === null) return
    setOperationId(null)
    setHostId('')
    attach.reset()
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!isReady || attach.isPending || test.ask.isPending) return
    const go = () =>
      attach.mutate(
        { poolId, hostId, ...(source === null ? { path } : {}) },
        { onSuccess: (made) => setOperationId(made.operationId) },
      )
    test.ask.mutate(undefined, { onSuccess: (worst) => worst !== 'cannot' && go() })
  }
  const failure = attach.error ?? test.ask.error
  return (
    <Dialog
      open={open}
      onOpenChange={change}
      title={`Add a host to ${pool.name}`}
      {...(operationId === null
        ? {
            description:
              source === null
                ? 'The host must see the same directory. Its path may be another one there.'
                : `The host mounts ${sourceText(source)}, and must find the pool there.`,
          }
        : {})}
      footer={
        operationId === null ? (
          <>
            <Button onClick={() => change(false)}>Cancel</Button>
            <Button
              type="submit"
              form="attach-pool"
              variant="primary"
              pending={attach.isPending || test.ask.isPending}
              disabledReason={
                isReady ? null : source === null ? 'Choose a host, and where it has the directory' : 'Choose a host'
              }
            >
              Test and add
            </Button>
          </>
        ) : (
          <Button variant="primary" onClick={() => change(false)}>
            Close
          </Button>
        )
      }
    >
      {operationId !== null ? (
        <PoolTask operationId={operationId} done="The host sees the pool." />
      ) : (
        <form id="attach-pool" onSubmit={submit} noValidate className="flex flex-col gap-4">
          {hosts.data !== undefined && others.length === 0 ? (
            <p className="text-ink-2 text-sm">Every host has this pool already.</p>
          ) : (
            <Select
              label="Host"
              placeholder="Choose a host"
              value={hostId}
              onValueChange={(value) => setHostId(value)}
              options={others.map((host) => ({
                value: host.hostId,
                label: host.name,
                disabledReason: host.state === 'online' ? null : `It is ${host.state}`,
              }))}
            />
          )}
          {source === null && (
            <TextField
              label="Directory on that host"
              value={path}
              onChange={(event) => setPath(event.target.value.trim())}
              autoComplete="off"
              className="[&_input]:font-mono"
            />
          )}
          {test.items !== null && <DirectoryTestList items={test.items} />}
          {failure !== null && <InlineAlert tone="bad">{errorLine(failure)}</InlineAlert>}
        </form>
      )}
    </Dialog>
  )
}

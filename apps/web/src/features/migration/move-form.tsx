'use client'
import { Button } from '@berth/ui/button'
import { CodeBlock } from '@berth/ui/code-block'
import { InlineAlert } from '@berth/ui/inline-alert'
import { Skeleton } from '@berth/ui/skeleton'
import type { HostFitness } from '@berth/core/migration/move-fitness'
import { policyFor, type MovePolicy } from '@berth/core/migration/move-policy'
import { plainTransport, usesStreams } from '@berth/core/migration/move-transport'
import { vmCan } from '@berth/core/vm/vm-can'
import { situationOf } from '@berth/core/vm/vm-situation'
import type { VmView } from '@berth/core/vm/vm-view'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { errorLine } from '../../lib/error-text.ts'
import { newIdempotencyKey } from '../../lib/idempotency-key.ts'
import { curlOf } from '../../lib/show-code.ts'
import { useTRPC, useTRPCClient } from '../../lib/trpc/trpc-context.ts'
import { BandwidthCapField } from './bandwidth-cap-field.tsx'
import { type BandwidthCap, parseBandwidthCap } from './bandwidth-cap.ts'
import { ForecastCard } from './forecast-card.tsx'
import { ForecastRehearsal } from './forecast-rehearsal.tsx'
import { forecastTag } from './forecast-words.ts'
import { DiskSection } from './disk-section.tsx'
import { HostCards } from './host-cards.tsx'
import { NoTargets } from './no-targets.tsx'
import { PolicyChoice } from './policy-choice.tsx'
import { TransportChoice, transportFor } from './transport-choice.tsx'
import { chosenTarget, sortTargets } from './target-order.ts'
import { useDiskChoice } from './use-disk-choice.ts'
import { useMoveForecast } from './use-move-forecast.ts'
import { useRehearsal } from './use-rehearsal.ts'

export interface MoveFormProps {
  vm: VmView
  onClose: () => void
  onStarted: (operationId: string) => void
}

/** Where to, how gently, and the button that says what happens. Asks for the hosts anew each time it is opened. */
export function MoveForm({ vm, onClose, onStarted }: MoveFormProps) {
  const trpc = useTRPC()
  const { data, error } = useQuery({ ...trpc.vm.moveTargets.queryOptions({ vmId: vm.vmId }), staleTime: 0 })
  const [chosenId, setChosenId] = useState<string | null>(null)
  if (data === undefined) {
    return error === null ? <FormSkeleton /> : <InlineAlert tone="bad">{errorLine(error)}</InlineAlert>
  }
  const targets = sortTargets(data.hosts)
  const target = chosenTarget(targets, chosenId, data.bestHostId)
  if (target === undefined) return <NoTargets vmName={vm.name} targets={targets} />
  return (
    <ChosenForm vm={vm} target={target} onClose={onClose} onStarted={onStarted}>
      <HostCards targets={targets} chosenId={target.hostId} bestHostId={data.bestHostId} onChoose={setChosenId} />
    </ChosenForm>
  )
}

interface ChosenFormProps extends MoveFormProps {
  target: HostFitness
  children: ReactNode
}

function ChosenForm({ vm, target, onClose, onStarted, children }: ChosenFormProps) {
  const trpc = useTRPC()
  const client = useTRPCClient()
  const queryClient = useQueryClient()
  const [chosen, setPolicy] = useState<MovePolicy>()
  const hasFreight = target.disks.some(({ kind }) => kind === 'travels')
  const policy = policyFor(vm, { chosen, hasFreight })
  const [typedCap, setTypedCap] = useState('')
  const [wishedTransport, setTransport] = useState(plainTransport)
  const transport = transportFor(policy, wishedTransport)
  const cap = parseBandwidthCap(typedCap)
  // Without memory there is no policy, no forecast and nothing to rehearse.
  const isOff = vm.state === 'stopped'
  const disks = useDiskChoice(target, isOff ? null : policy)
  const input = {
    vmId: vm.vmId,
    targetHostId: target.hostId,
    policy,
    ...(cap.kind === 'cap' ? { bandwidthBytesPerSecond: cap.bytesPerSecond } : {}),
    ...(usesStreams(transport) ? { transport } : {}),
    ...disks.input,
  }
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => client.vm.migrate.mutate({ ...input, idempotencyKey: newIdempotencyKey() }),
    meta: { showsError: true },
    onSuccess: ({ operationId }) => onStarted(operationId),
    // A refusal most likely means that a host has changed since the cards were made.
    onError: () => queryClient.invalidateQueries(trpc.vm.moveTargets.queryFilter({ vmId: vm.vmId })),
  })
  const answer = vmCan.migrate(situationOf(vm))
  const refusal = answer.isAllowed ? null : answer.reason
  const route = { vmId: vm.vmId, targetHostId: target.hostId, policy }
  const capBytesPerSecond = cap.kind === 'cap' ? cap.bytesPerSecond : null
  const forecast = useMoveForecast({
    ...route,
    capBytesPerSecond,
    diskBytes: disks.sentBytes,
    isWanted: vm.state === 'running' || vm.state === 'paused',
  })
  const tag = forecast.kind === 'known' ? forecastTag(forecast.forecast) : null
  const rehearsal = useRehearsal({ ...route, transport })
  const refused = error ?? rehearsal.error
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        if (refusal === null && disks.problem === null && cap.kind !== 'wrong' && !isPending) mutate()
      }}
      className="flex flex-col gap-5"
    >
      <div className="grid gap-x-6 gap-y-5 md:grid-cols-[minmax(0,1.1fr)_minmax(0,1fr)]">
        <div className="flex min-w-0 flex-col gap-5">
          {children}
          <DiskSection {...disks.section} isOff={isOff} />
        </div>
        <div className="flex min-w-0 flex-col gap-4">
          {!isOff && <ForecastCard state={forecast} policy={policy} />}
          {!isOff && <PolicyChoice policy={policy} onPolicy={setPolicy} />}
          <Advanced typedCap={typedCap} onTypedCap={setTypedCap} cap={cap}>
            {!isOff && <TransportChoice policy={policy} transport={wishedTransport} onTransport={setTransport} />}
          </Advanced>
          <details className="text-sm">
            <summary className="text-ink-2 hover:text-ink w-fit cursor-pointer">Show me the code</summary>
            <div className="mt-2">
              <CodeBlock title="curl" code={curlOf(window.location.origin, 'vm.migrate', input)} />
            </div>
          </details>
        </div>
      </div>
      {rehearsal.operationId !== null && <ForecastRehearsal operationId={rehearsal.operationId} />}
      <div className="border-line bg-raised sticky -bottom-5 -mx-5 -mb-5 flex flex-wrap items-center justify-end gap-2 rounded-b-xl border-t px-5 py-3 max-sm:rounded-b-none">
        {/* Here, because the form is longer than most screens, and a refusal at its end would not be seen. */}
        {refused !== null && (
          <InlineAlert tone="bad" className="w-full">
            {errorLine(refused)}
          </InlineAlert>
        )}
        <Button onClick={onClose}>Cancel</Button>
        {!isOff && (
          <Button onClick={rehearsal.begin} pending={rehearsal.isPending} disabledReason={refusal}>
            Rehearse
          </Button>
        )}
        <Button
          type="submit"
          variant="primary"
          pending={isPending}
          disabledReason={refusal ?? disks.problem ?? (cap.kind === 'wrong' ? cap.problem : null)}
        >
          Move to {target.name}
          {tag !== null && <span className="font-normal">· {tag}</span>}
        </Button>
      </div>
    </form>
  )
}

interface AdvancedProps {
  typedCap: string
  onTypedCap: (typed: string) => void
  cap: BandwidthCap
  children: ReactNode
}

function Advanced({ typedCap, onTypedCap, cap, children }: AdvancedProps) {
  return (
    <details className="text-sm">
      <summary className="text-ink-2 hover:text-ink w-fit cursor-pointer">Advanced</summary>
      <BandwidthCapField
        typed={typedCap}
        onTyped={onTypedCap}
        cap={cap}
        placeholder="As fast as the link is"
        hint="Leaves room for others on the link. Too low, and a busy machine never arrives."
      />
      <div className="mt-3">{children}</div>
    </details>
  )
}

function FormSkeleton() {
  return (
    <div aria-busy className="grid gap-6 md:grid-cols-2">
      <Skeleton className="h-64 rounded-lg" />
      <Skeleton className="h-64 rounded-lg" />
    </div>
  )
}

'use client'
import type { FlightRecord } from '@berth/core/agent-contract/flight-record'
import type { VmView } from '@berth/core/vm/vm-view'
import { Button } from '@berth/ui/button'
import { Card } from '@berth/ui/card'
import { InlineAlert } from '@berth/ui/inline-alert'
import { Skeleton } from '@berth/ui/skeleton'
import { TextField } from '@berth/ui/text-field'
import { Download, RefreshCw, Search } from 'lucide-react'
import { useState } from 'react'
import { errorLine } from '../../lib/error-text.ts'
import { saveFile, stampedName } from '../console/save-file.ts'
import { filterFlight, type FlightDirection, flightDirections, flightFile } from './flight-filter.ts'
import { FlightRow } from './flight-row.tsx'
import { useFlightRecords } from './use-flight-records.ts'

const shownAtMost = 300

/** Every command, reply and event between the agent and this machine's QEMU, newest first. */
export function FlightCard({ vm }: { vm: VmView }) {
  const { data: records, error, isFetching, refetch } = useFlightRecords(vm.vmId)
  const [text, setText] = useState('')
  const [directions, setDirections] = useState<ReadonlySet<FlightDirection>>(new Set())
  const found = records ? filterFlight(records, text, directions) : []
  const toggle = (direction: FlightDirection) => {
    const next = new Set(directions)
    if (!next.delete(direction)) next.add(direction)
    setDirections(next)
  }
  return (
    <Card
      title="QMP flight recorder"
      description="What the agent asked of QEMU, and what QEMU said; secrets are replaced"
      flush
      actions={
        <>
          <Button size="sm" variant="ghost" pending={isFetching} onClick={() => void refetch()}>
            <RefreshCw aria-hidden />
            Read again
          </Button>
          <Button
            size="sm"
            disabledReason={found.length === 0 ? 'There is nothing to export' : null}
            onClick={() => saveFile(stampedName(`${vm.name}-qmp`, 'jsonl'), new Blob([flightFile(found)]))}
          >
            <Download aria-hidden />
            Export
          </Button>
        </>
      }
    >
      <div className="border-line-soft flex flex-wrap items-center gap-2 border-b px-4 py-2.5">
        <TextField
          label="Filter"
          hideLabel
          placeholder="Filter by name or content"
          leading={<Search aria-hidden />}
          value={text}
          onChange={(event) => setText(event.target.value)}
          className="w-72 max-sm:w-full"
        />
        <div role="group" aria-label="Kinds" className="flex gap-1">
          {flightDirections.map((direction) => (
            <Button
              key={direction}
              size="sm"
              variant={directions.has(direction) ? 'primary' : 'secondary'}
              aria-pressed={directions.has(direction)}
              onClick={() => toggle(direction)}
            >
              {direction}
            </Button>
          ))}
        </div>
        <span role="status" className="text-ink-3 ml-auto text-xs">
          {records ? `${found.length} of ${records.length}` : ''}
        </span>
      </div>
      {error ? (
        <InlineAlert tone="warn" className="m-4">
          {errorLine(error)}
        </InlineAlert>
      ) : records ? (
        <Records records={found} />
      ) : (
        <Skeleton className="m-4 h-40" />
      )}
    </Card>
  )
}

function Records({ records }: { records: readonly FlightRecord[] }) {
  const newest = records.toReversed().slice(0, shownAtMost)
  if (newest.length === 0) return <p className="text-ink-3 px-4 py-6 text-sm">Nothing to show.</p>
  return (
    <>
      <ol className="max-h-[32rem] overflow-y-auto" aria-label="QMP records, newest first">
        {newest.map((record) => (
          <FlightRow key={record.sequence} record={record} />
        ))}
      </ol>
      {records.length > shownAtMost && (
        <p className="text-ink-3 border-line-soft border-t px-4 py-2 text-xs">
          The newest {shownAtMost} are shown; the export holds all {records.length}.
        </p>
      )}
    </>
  )
}

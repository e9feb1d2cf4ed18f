'use client'
import type { FlightRecord } from '@berth/core/agent-contract/flight-record'
import { vmIdSchema } from '@berth/core/ids/ids'
import { useQuery } from '@tanstack/react-query'
import { useTRPCClient } from '../../lib/trpc/trpc-context.ts'

const pageSize = 500
/** More than a recorder keeps, so that a host which answers wrongly cannot hold the page for ever. */
const mostPages = 20

/** All that the recorder of a machine holds, oldest first. */
export function useFlightRecords(vmId: string) {
  const client = useTRPCClient()
  return useQuery({
    queryKey: ['machine-flight', vmId],
    queryFn: async () => {
      const all: FlightRecord[] = []
      for (let page = 0; page < mostPages; page++) {
        const afterSequence = all.at(-1)?.sequence ?? 0
        const input = { vmId: vmIdSchema.parse(vmId), afterSequence, limit: pageSize }
        const { records } = await client.vm.flightRecords.query(input)
        // A payload that is undefined does not survive JSON; the schema's type has the key all the same.
        all.push(...records.map((record) => ({ ...record, payload: record.payload })))
        if (records.length < pageSize) break
      }
      return all
    },
    refetchOnMount: 'always',
  })
}

'use client'
import { Button } from '@berth/ui/button'
import { EmptyState } from '@berth/ui/empty-state'
import { late, useLate } from '@berth/ui/late'
import { PageHeader } from '@berth/ui/page-header'
import { emptyFilter } from '@berth/core/vm/vm-filter'
import type { VmView } from '@berth/core/vm/vm-view'
import { ArrowUp, Plus } from 'lucide-react'
import Link from 'next/link'
import { useMemo, useState } from 'react'
import { plural } from '../../lib/format.ts'
import { paths } from '../../lib/paths.ts'
import { noAnswerText, wireErrorOf } from '../../lib/wire-error.ts'
import type { QueryErrorProps } from '../shell/query-error.tsx'
import { useColumnChoice } from './column-choice.ts'
import { ColumnMenu } from './column-menu.tsx'
import { FilterBox } from './filter-box.tsx'
import { MachineCount } from './machine-count.tsx'
import { MachineCards } from './machine-cards.tsx'
import { shownColumns } from './machine-columns.ts'
import { MachineTable } from './machine-table.tsx'
import { NoMachines, NoneFound, TableSkeleton } from './no-machines.tsx'
import { SaveFilterButton, SavedFilters } from './saved-filters.tsx'
import { useHeldRows } from './use-held-rows.ts'
import { useSelection } from './use-selection.ts'
import { useSetVmListView, useVmList } from './use-vm-list.ts'

const bulkBar = late(() => import('./bulk-bar.tsx'))
const queryError = late(() => import('../shell/query-error.tsx'))

export function MachineList() {
  const { view, query, rows, known, key } = useVmList()
  const setView = useSetVmListView(view)
  const { switched, toggle } = useColumnChoice()
  const columns = useMemo(() => shownColumns(switched), [switched])
  const held = useHeldRows(rows, key, (vm) => vm.vmId)
  const selection = useSelection(useMemo(() => held.shown.map((vm) => vm.vmId), [held.shown]))
  const isFiltered = view.filter.words.length > 0 || view.filter.terms.length > 0
  const more = {
    hasMore: query.hasNextPage,
    isLoadingMore: query.isFetchingNextPage,
    onLoadMore: () => void query.fetchNextPage(),
  }
  const body = () => {
    if (query.isPending) return <TableSkeleton />
    if (query.isError && rows.length === 0) {
      return <LateQueryError query={query} />
    }
    if (rows.length === 0 && held.shown.length === 0) {
      return isFiltered ? (
        <NoneFound filter={view.filter} onClear={() => setView({ filter: emptyFilter, problems: [] })} />
      ) : (
        <NoMachines />
      )
    }
    return (
      <>
        <div
          {...held.holders}
          className="border-line bg-surface relative hidden min-h-0 flex-1 flex-col overflow-hidden rounded-lg border shadow-xs md:flex"
        >
          {held.waiting > 0 && (
            <div className="pointer-events-none absolute inset-x-0 top-12 z-20 flex justify-center">
              <Button variant="primary" size="sm" className="pointer-events-auto shadow-lg" onClick={held.release}>
                <ArrowUp aria-hidden />
                {plural(held.waiting, 'change')} in the list
              </Button>
            </div>
          )}
          <MachineTable
            rows={held.shown}
            columns={columns}
            sort={view.sort}
            onSort={(sort) => setView({ sort })}
            selection={selection}
            {...more}
          />
        </div>
        <div className="md:hidden">
          <MachineCards rows={held.shown} {...more} />
        </div>
      </>
    )
  }
  return (
    <div className="relative flex flex-col gap-4 md:h-[calc(100dvh-var(--shell-top)-3.25rem)]">
      <PageHeader
        title="Machines"
        status={<MachineCount filter={view.filter} />}
        actions={
          <Button asChild variant="primary">
            <Link href={paths.newMachine()}>
              <Plus aria-hidden />
              Create machine
            </Link>
          </Button>
        }
      />
      <div className="flex flex-wrap items-start gap-2">
        <FilterBox state={view} onChange={setView} known={known} />
        <SaveFilterButton state={view} />
        <span className="max-md:hidden">
          <ColumnMenu switched={switched} onToggle={toggle} />
        </span>
      </div>
      <SavedFilters state={view} onChange={setView} />
      {body()}
      <LateBulkBar vms={held.shown.filter((vm) => selection.has(vm.vmId))} onClear={selection.clear} />
    </div>
  )
}

/** Comes with the first tick, and stays: its dialog outlives a selection whose machines are gone. */
function LateBulkBar({ vms, onClear }: { vms: readonly VmView[]; onClear: () => void }) {
  const [wishes, setWishes] = useState(0)
  if (vms.length > wishes) setWishes(vms.length)
  const loaded = useLate(bulkBar, wishes)
  return loaded ? <loaded.BulkBar vms={vms} onClear={onClear} /> : null
}

/** Its words and looks come with the first error. Where the panel is gone they cannot, and nothing else needs saying. */
function LateQueryError({ query }: QueryErrorProps) {
  // Each try asks for them again.
  const loaded = useLate(queryError, query.isFetching ? 1 : 2)
  if (loaded) return <loaded.QueryError query={query} />
  const wire = wireErrorOf(query.error)
  return (
    <div role="alert">
      <EmptyState
        title={wire?.message || noAnswerText.sentence}
        action={
          <Button onClick={() => query.refetch()} pending={query.isFetching}>
            Try again
          </Button>
        }
      >
        {wire === null ? noAnswerText.remedy : null}
      </EmptyState>
    </div>
  )
}

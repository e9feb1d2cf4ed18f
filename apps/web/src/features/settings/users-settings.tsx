'use client'
import { Button } from '@berth/ui/button'
import { Card } from '@berth/ui/card'
import { DataTable, HeaderCell, TableHead, TableScroll } from '@berth/ui/data-table'
import { EmptyState } from '@berth/ui/empty-state'
import { LoadMore } from '@berth/ui/load-more'
import { SegmentedControl } from '@berth/ui/segmented-control'
import { Skeleton } from '@berth/ui/skeleton'
import { TextField } from '@berth/ui/text-field'
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { Search, UserPlus, Users } from 'lucide-react'
import { useSearchParams } from 'next/navigation'
import { useDeferredValue, useState } from 'react'
import { paths } from '../../lib/paths.ts'
import { useTRPC } from '../../lib/trpc/trpc-context.ts'
import { QueryError } from '../shell/query-error.tsx'
import { AccountRow } from './account-row.tsx'
import { accountListInput, type AccountListView, parseAccountListView } from './account-words.ts'
import { AddUserDialog } from './add-user-dialog.tsx'

const states = [
  { value: 'all', label: 'All' },
  { value: 'active', label: 'May sign in' },
  { value: 'disabled', label: 'Disabled' },
] as const

/** Who may sign in, and as what. Read again when an event says that an account changed, and on each visit. */
export function UsersSettings({ viewerId }: { viewerId: string }) {
  const trpc = useTRPC()
  const [isAdding, setIsAdding] = useState(false)
  const view = parseAccountListView(useSearchParams())
  const text = useDeferredValue(view.text)
  const query = useInfiniteQuery({
    ...trpc.user.list.infiniteQueryOptions(accountListInput({ ...view, text }), {
      getNextPageParam: (page) => page.nextCursor,
    }),
    refetchOnMount: 'always',
    placeholderData: keepPreviousData,
  })
  const accounts = query.data?.pages.flatMap((page) => page.items)
  const change = (next: Partial<AccountListView>) => {
    const { text: filter, state } = { ...view, ...next }
    window.history.replaceState(
      null,
      '',
      paths.settings('users', { filter, state: state === 'all' ? undefined : state }),
    )
  }
  return (
    <Card
      title="Users"
      description="Everybody who may sign in to this panel"
      flush
      actions={
        <Button variant="primary" size="sm" onClick={() => setIsAdding(true)}>
          <UserPlus aria-hidden />
          Add user
        </Button>
      }
    >
      <div className="border-line-soft flex flex-wrap items-center gap-2 border-b px-4 py-3">
        <TextField
          label="Find a user"
          hideLabel
          type="search"
          placeholder="Name or email"
          leading={<Search aria-hidden />}
          value={view.text}
          onChange={(event) => change({ text: event.target.value })}
          className="w-full sm:w-60"
        />
        <SegmentedControl
          label="State"
          value={view.state}
          onValueChange={(state) => change({ state })}
          options={states}
        />
      </div>
      {accounts === undefined && query.error === null && <Skeleton className="m-4 h-24" />}
      {accounts === undefined && query.error !== null && <QueryError query={query} />}
      {accounts?.length === 0 && (
        <EmptyState
          icon={<Users />}
          title="Nobody like that"
          action={<Button onClick={() => change({ text: '', state: 'all' })}>Show everybody</Button>}
        >
          No user fits this search.
        </EmptyState>
      )}
      {accounts !== undefined && accounts.length > 0 && (
        <TableScroll label="Users" className="relative">
          <DataTable label="Users">
            <TableHead>
              <HeaderCell>User</HeaderCell>
              <HeaderCell className="max-sm:hidden">Role</HeaderCell>
              <HeaderCell className="max-sm:hidden">State</HeaderCell>
              <HeaderCell className="max-lg:hidden">Last sign-in</HeaderCell>
              <HeaderCell align="right" className="max-lg:hidden">
                Sessions
              </HeaderCell>
              <HeaderCell align="right" className="max-sm:hidden">
                Machines
              </HeaderCell>
              <HeaderCell>
                <span className="sr-only">Actions</span>
              </HeaderCell>
            </TableHead>
            <tbody>
              {accounts.map((account) => (
                <AccountRow key={account.userId} account={account} viewerId={viewerId} />
              ))}
            </tbody>
          </DataTable>
        </TableScroll>
      )}
      {query.hasNextPage && (
        <LoadMore
          shown={accounts?.length ?? 0}
          hasMore
          loading={query.isFetchingNextPage}
          onLoadMore={() => void query.fetchNextPage()}
        />
      )}
      <AddUserDialog open={isAdding} onOpenChange={setIsAdding} />
    </Card>
  )
}

'use client'
import { formatTerm } from '@berth/core/vm/vm-filter'
import { Avatar } from '@berth/ui/avatar'
import { Badge } from '@berth/ui/badge'
import { Cell, TableRow } from '@berth/ui/data-table'
import { RelativeTime } from '@berth/ui/relative-time'
import { StateDot } from '@berth/ui/state-dot'
import Link from 'next/link'
import { paths } from '../../lib/paths.ts'
import { AccountMenu } from './account-menu.tsx'
import { accountState, counted, roleWords, type ShownAccount } from './account-words.ts'

export interface AccountRowProps {
  account: ShownAccount
  viewerId: string
}

/** One user. On a phone everything stands below the name. */
export function AccountRow({ account, viewerId }: AccountRowProps) {
  const state = accountState(account)
  const dot = <StateDot kind={state.kind} label={state.label} />
  return (
    <TableRow stale={account.disabledAt !== null}>
      <Cell className="max-w-0 max-sm:w-full sm:w-[34%]">
        <div className="flex items-center gap-3 py-1">
          <Avatar name={account.name} />
          <div className="min-w-0">
            <p className="flex items-center gap-2">
              <span className="truncate font-medium">{account.name}</span>
              {account.userId === viewerId && <Badge tone="ok">you</Badge>}
            </p>
            <p className="text-ink-3 truncate text-xs">{account.email}</p>
            <p className="text-ink-2 mt-1 flex flex-wrap gap-x-3 gap-y-0.5 text-xs sm:hidden">
              {dot}
              <span>{roleWords[account.role]}</span>
              {account.vmCount > 0 && <MachinesLink account={account} text={counted(account.vmCount, 'machine')} />}
            </p>
          </div>
        </div>
      </Cell>
      <Cell className="whitespace-nowrap max-sm:hidden">{roleWords[account.role]}</Cell>
      <Cell className="whitespace-nowrap max-sm:hidden">
        <span title={state.hint}>{dot}</span>
      </Cell>
      <Cell className="whitespace-nowrap max-lg:hidden">
        {account.lastSignInAt === null ? (
          <span className="text-ink-3">never</span>
        ) : (
          <RelativeTime at={account.lastSignInAt} />
        )}
      </Cell>
      <Cell align="right" className="tabular-nums max-lg:hidden">
        {account.sessionCount}
      </Cell>
      <Cell align="right" className="tabular-nums max-sm:hidden">
        {account.vmCount === 0 ? 0 : <MachinesLink account={account} text={String(account.vmCount)} />}
      </Cell>
      <Cell align="right" className="w-12">
        <AccountMenu account={account} viewerId={viewerId} />
      </Cell>
    </TableRow>
  )
}

function MachinesLink({ account, text }: { account: ShownAccount; text: string }) {
  const filter = formatTerm({ kind: 'word', key: 'owner', value: account.name, isNot: false })
  return (
    <Link
      href={paths.machines({ filter })}
      aria-label={`Machines of ${account.name}: ${account.vmCount}`}
      className="text-accent-ink hover:underline"
    >
      {text}
    </Link>
  )
}

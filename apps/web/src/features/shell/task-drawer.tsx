'use client'
import { Button } from '@berth/ui/button'
import { Drawer } from '@berth/ui/drawer'
import { Spinner } from '@berth/ui/spinner'
import { ListChecks } from 'lucide-react'
import Link from 'next/link'
import { usePathname } from 'next/navigation'
import { type ReactNode, useState } from 'react'
import { paths } from '../../lib/paths.ts'

export interface TaskDrawerProps {
  runningCount: number
  /** The list; mounted only while the drawer is open. */
  children: ReactNode
}

/** The header's button, which shows that something runs, and the sheet it opens. */
export function TaskDrawer({ runningCount, children }: TaskDrawerProps) {
  const pathname = usePathname()
  // Open on the page it was opened on: a link in it leads elsewhere, and the sheet must not lie over that.
  const [openedAt, setOpenedAt] = useState<string | null>(null)
  const open = openedAt === pathname
  const setOpen = (next: boolean) => setOpenedAt(next ? pathname : null)
  return (
    <>
      <Button variant="ghost" onClick={() => setOpen(true)} className="px-2">
        {runningCount > 0 ? <Spinner className="text-focus" /> : <ListChecks aria-hidden />}
        <span className="max-lg:sr-only">Tasks</span>
        {runningCount > 0 && (
          <span className="bg-accent-soft text-2xs text-accent-ink min-w-4.5 rounded-full px-1 font-semibold">
            {runningCount}
            <span className="sr-only"> running</span>
          </span>
        )}
      </Button>
      <Drawer
        open={open}
        onOpenChange={setOpen}
        title="Tasks"
        actions={
          <Button asChild variant="link" size="sm">
            <Link href={paths.tasks()} onClick={() => setOpen(false)}>
              All tasks
            </Link>
          </Button>
        }
      >
        {children}
      </Drawer>
    </>
  )
}

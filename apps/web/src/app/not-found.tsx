import { Button } from '@berth/ui/button'
import { EmptyState } from '@berth/ui/empty-state'
import { Compass } from 'lucide-react'
import Link from 'next/link'
import { paths } from '../lib/paths.ts'

export default function NotFound() {
  return (
    <div className="grid min-h-[70dvh] place-items-center">
      <EmptyState
        icon={<Compass aria-hidden />}
        title="Nothing lies here"
        action={
          <Button asChild variant="primary">
            <Link href={paths.dashboard()}>Go to the dashboard</Link>
          </Button>
        }
      >
        The address is wrong, the thing was deleted, or it belongs to somebody else.
      </EmptyState>
    </div>
  )
}
